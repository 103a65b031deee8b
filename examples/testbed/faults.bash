# shellcheck shell=bash
#
# What goes wrong with a host on command, and the file systems that can be filled and hung for it.
#
# Sourced by hosts, whose functions it uses.

# --- libvirtd -------------------------------------------------------------------------------------------------------

# The number that libvirtd has inside the host; fails if there is none.
daemon_of() { enter "$1" cat /run/libvirtd.pid 2>/dev/null; }

signal_libvirtd() {
    local i=$1 signal=$2 daemon
    daemon=$(daemon_of "$i") && enter "$i" kill "-$signal" "$daemon" 2>/dev/null ||
        die "libvirtd of host $i does not run; start it with: hosts start-libvirtd $i"
}

# A daemon that is frozen takes note of TERM when it is thawed.
stop_libvirtd() {
    local i=$1 signal=$2 daemon
    daemon=$(daemon_of "$i") || return 0
    enter "$i" kill "-$signal" "$daemon" 2>/dev/null || return 0
    enter "$i" kill -CONT "$daemon" 2>/dev/null || true
    wait_until 10 libvirtd_gone "$i" "$daemon" || die "libvirtd of host $i does not end; try: hosts kill-libvirtd $i"
}

# One that runs already is as good.
launch_libvirtd() {
    local i=$1
    answers "$i" && return
    enter "$i" libvirtd --daemon --pid-file /run/libvirtd.pid ||
        die "libvirtd of host $i cannot be started; if it is frozen: hosts thaw-libvirtd $i"
    wait_until 10 answers "$i" || die "libvirtd of host $i did not come up; see $(folder "$i")/log/libvirtd.log"
}

libvirtd_gone() { ! enter "$1" test -e "/proc/$2/cmdline"; }

# Where it keeps the definitions, and what it knows of those that run.
memories=(/etc/libvirt/qemu /run/libvirt/qemu)

forget_domains() {
    local i=$1 memory
    stop_libvirtd "$i" KILL
    for memory in "${memories[@]}"; do
        enter "$i" test -e "$memory.aside" || enter "$i" mv "$memory" "$memory.aside"
    done
    launch_libvirtd "$i"
}

recall_domains() {
    local i=$1 memory
    stop_libvirtd "$i" KILL
    for memory in "${memories[@]}"; do
        enter "$i" test -e "$memory.aside" || continue
        enter "$i" rm -rf "$memory"
        enter "$i" mv "$memory.aside" "$memory"
    done
    launch_libvirtd "$i"
}

# --- QEMU -----------------------------------------------------------------------------------------------------------

qemu=/usr/bin/qemu-system-x86_64

# In the host's own mount namespace only; guests that run already are not concerned.
break_qemu() { enter "$1" mountpoint -q "$qemu" || enter "$1" mount --bind /bin/false "$qemu"; }

mend_qemu() { enter "$1" mountpoint -q "$qemu" && enter "$1" umount "$qemu"; }

# --- Disks ----------------------------------------------------------------------------------------------------------

disks=(pool pool/volumes)

disk_path() {
    case ${2:-} in
    pool) echo "$(folder "$1")/pool" ;;
    volumes) echo "$(folder "$1")/pool/volumes" ;;
    *) die "'${2:-}' is not a disk of a host; give pool or volumes" ;;
    esac
}

check_disk() {
    disk=$(disk_path "$1" "${2:-}")
    mountpoint -q "$disk" ||
        die "host $1 has no disk of its own for its ${2}; start it with: hosts up N --disks MIB"
}

# Mounted for the whole machine before the host is made, as agents see them from outside.
mount_disks() {
    local i=$1 mib=$2 disk at image
    for disk in "${disks[@]}"; do
        at=$(folder "$i")/$disk
        image=$(folder "$i")/${disk//\//-}.img
        mkdir -p "$at"
        mountpoint -q "$at" && continue
        if [ ! -e "$image" ]; then
            truncate -s "${mib}M" "$image"
            mkfs.ext4 -q -m 0 -E lazy_itable_init=1,lazy_journal_init=1 "$image"
        fi
        mount -o loop,noinit_itable "$image" "$at" || die "host $i gets no disk of its own: this machine mounts no file as a disk (loop)"
        # To an agent it would be what somebody left there.
        rmdir "$at/lost+found" 2>/dev/null || true
        chown "$(owner):" "$at"
    done
}

thaw_disks() {
    local disk
    for disk in "${disks[@]}"; do fsfreeze -u "$(folder "$1")/$disk" 2>/dev/null || true; done
}

unmount_disks() {
    local disk at
    thaw_disks "$1"
    for disk in pool/volumes pool; do
        at=$(folder "$1")/$disk
        mountpoint -q "$at" || continue
        umount "$at" 2>/dev/null || umount -l "$at" 2>/dev/null || true
    done
}

# fill DISK LEAVE_MIB: all but that much of what is free.
fill() {
    local disk=$1 leave=$2 free
    rm -f "$disk/.filler"
    free=$(stat -f -c '%a * %S / 1048576' "$disk")
    [ $((free)) -gt "$leave" ] || die "only $((free)) MiB are free"
    fallocate -l $((free - leave))MiB "$disk/.filler"
}

run_fault() {
    local fault=$1 i=${2:-} disk
    become_root "$@"
    check_alive "$i"
    case $fault in
    freeze-libvirtd) signal_libvirtd "$i" STOP ;;
    thaw-libvirtd) signal_libvirtd "$i" CONT ;;
    kill-libvirtd) stop_libvirtd "$i" KILL ;;
    stop-libvirtd) stop_libvirtd "$i" TERM ;;
    start-libvirtd) launch_libvirtd "$i" ;;
    restart-libvirtd)
        if [ "${3:-}" = -9 ]; then stop_libvirtd "$i" KILL; else stop_libvirtd "$i" TERM; fi
        launch_libvirtd "$i"
        ;;
    forget-domains) forget_domains "$i" ;;
    recall-domains) recall_domains "$i" ;;
    break-qemu) break_qemu "$i" ;;
    mend-qemu) mend_qemu "$i" ;;
    fill)
        [[ ${4:-} =~ ^[1-9][0-9]{0,6}$ ]] || die "usage: hosts fill I pool|volumes LEAVE_MIB"
        check_disk "$i" "${3:-}"
        fill "$disk" "$4"
        ;;
    empty) check_disk "$i" "${3:-}" && rm -f "$disk/.filler" ;;
    # To read goes on; who writes waits, and cannot be ended before it is released.
    hang) check_disk "$i" "${3:-}" && fsfreeze -f "$disk" ;;
    release) check_disk "$i" "${3:-}" && fsfreeze -u "$disk" ;;
    esac
}
