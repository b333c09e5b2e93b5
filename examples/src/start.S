/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of a program without a C library, and its way into the kernel: MIPS o32.
 * The kernel leaves argc, argv and envp on the stack; the exit status is what main returns.
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
	jal	main
	move	$a0, $v0
	li	$v0, 4001
	syscall

/* long sys(long number, long a, long b, long c, long d, long e, long f): negative on failure */
	.globl	sys
sys:
	move	$v0, $a0
	move	$a0, $a1
	move	$a1, $a2
	move	$a2, $a3
	lw	$a3, 16($sp)
	lw	$t0, 20($sp)
	lw	$t1, 24($sp)
	addiu	$sp, $sp, -32
	sw	$t0, 16($sp)
	sw	$t1, 20($sp)
	syscall
	addiu	$sp, $sp, 32
	beqz	$a3, 1f
	negu	$v0, $v0
1:	jr	$ra
