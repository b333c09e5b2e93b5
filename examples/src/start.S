/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of a program: MIPS o32. The kernel leaves argc, argv and envp on the stack; the exit status
 * is what main returns. Programs that use the shared library find it through $gp.
 */
	.text
	.globl	__start
__start:
	lw	$a0, 0($sp)
	addiu	$a1, $sp, 4
	sll	$t0, $a0, 2
	addu	$a2, $a1, $t0
	addiu	$a2, $a2, 4
	li	$t0, -8
	and	$sp, $sp, $t0
	addiu	$sp, $sp, -32
#ifdef __PIC__
	.set	noreorder
	bal	2f
	nop
2:	.cpload	$ra
	.set	reorder
	la	$t9, main
	jalr	$t9
#else
	jal	main
#endif
	move	$a0, $v0
	li	$v0, 4001
	syscall
1:	b	1b
