# The smallest guest that proves something: it goes from real mode to 64-bit mode with paging, as every operating system
# does, writes some memory, and ends QEMU through the isa-debug-exit device with (0x21 << 1) | 1 = 67.
#
# A host whose KVM exists but cannot run real guests hangs or dies on the way. long-mode-probe.hex is this, made by
#   as --64 -o probe.o long-mode-probe.S && ld -Ttext 0 -e 0 --oformat binary -o probe probe.o && xxd -p -c 32 probe
# AcceleratorProbe puts it at the start of a 64 KiB firmware image, whose reset vector jumps to it.

    .code16
base:
    cli
    lgdtl %cs:(gdtr - base)
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    ljmpl $8, $(0xffff0000 + protected - base)
    .code32
protected:
    mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    # Page tables at 64 KiB: the first 2 MiB, and the last 2 MiB below 4 GiB, where this runs.
    mov $0x10000, %edi
    mov $(0x4000 / 4), %ecx
    xor %eax, %eax
    rep stosl
    movl $0x11003, 0x10000
    movl $0x12003, 0x11000
    movl $0x13003, 0x11018
    movl $0x83, 0x12000
    movl $0xffe00083, 0x13ff8
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $0x10000, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    rdmsr
    or $0x100, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    ljmpl $24, $(0xffff0000 + long - base)
    .code64
long:
    mov $0x20000, %rdi
    mov $0x4000, %rcx
    mov $0x5a5a5a5a5a5a5a5a, %rax
    rep stosq
    mov $0x21, %al
    out %al, $0xf4
halt:
    hlt
    jmp halt
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9a000000ffff
    .quad 0x00cf92000000ffff
    .quad 0x00af9a000000ffff
gdtr:
    .word 31
    .long 0xffff0000 + gdt - base
