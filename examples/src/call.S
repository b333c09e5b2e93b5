/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the kernel: MIPS o32. */
	.text
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
