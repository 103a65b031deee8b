#!/bin/bash
# Process 1 of a throw-away libvirt host: a libvirtd with its own /run, /etc/libvirt and /var/lib/libvirt under $1.
# Takes commands on stdin, answers "ok" to each; everything ends with it.
set -eu
dir=$1
mkdir -p "$dir"/{run,etc/qemu,lib,cache,log}
cat >"$dir/etc/libvirtd.conf" <<END
host_uuid = "$2"
unix_sock_rw_perms = "0777"
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_dir = "/run/libvirt"
max_client_requests = 20
END
cat >"$dir/etc/qemu.conf" <<END
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
END
: >"$dir/etc/libvirt.conf"
mount --make-rprivate /
mount --bind "$dir/run" /run
mkdir -p /run/libvirt /run/lock /var/lib/libvirt /var/cache/libvirt /var/log/libvirt
mount --bind "$dir/etc" /etc/libvirt
mount --bind "$dir/lib" /var/lib/libvirt
mount --bind "$dir/cache" /var/cache/libvirt
mount --bind "$dir/log" /var/log/libvirt
mount -t proc proc /proc

start() { libvirtd --daemon --pid-file /run/libvirtd.pid </dev/null >/dev/null 2>&1; }

start
echo ok
while read -r command; do
    case $command in
        kill) kill -9 "$(cat /run/libvirtd.pid)" ;;
        start) start ;;
    esac
    echo ok
done
