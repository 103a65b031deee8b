# shellcheck shell=bash
# shellcheck disable=SC2154 # what dev sets: root, data, logs, testbed, tenant, instance
#
# "./dev up" and "./dev down": a whole cloud on this machine, kept running until it is told to stop.
#
# Sourced by dev. Nothing outlives the script that runs "up", even when it is killed: controller and agents are killed
# by the kernel with it, the hosts end with a process that does. The lock of "up" is file descriptor 7; people read 3.

# --- Steps and processes --------------------------------------------------------------------------------------------

step=
log=

# run_step NAME COMMAND...: with its output in a log of its own. Not in a condition, where bash would not stop at a
# failing command: the EXIT trap tells of a step that did not end.
run_step() {
    local begin=${EPOCHREALTIME/./}
    step=$1 log=$logs/${1// /-}.log
    shift
    printf '  %-20s' "$step" >&3
    "$@" >"$log" 2>&1 7>&-
    printf '%4d.%d s\n' $(((${EPOCHREALTIME/./} - begin) / 1000000)) $(((${EPOCHREALTIME/./} - begin) / 100000 % 10)) >&3
    step=
}

declare -A process=() started=() quick_deaths=()
holder=
stopping=
# The end of the guest's console before it is started; nothing at the very first "up".
console_before=

# launch NAME COMMAND...: in a session of its own, so that Ctrl-C reaches this script alone, which then stops things in
# order; ended by the kernel should this script be killed. 7 is the lock of "up", which must not outlive it.
launch() {
    local name=$1
    shift
    setsid setpriv --pdeathsig KILL "$@" </dev/null >>"$logs/$name.log" 2>&1 3>&- 7>&- &
    process[$name]=$!
    started[$name]=$SECONDS
}

launch_controller() {
    YUNQING_DATA=$data/controller launch controller java -jar "$root/controller/target/quarkus-app/quarkus-run.jar"
}

launch_agent() {
    local i=$1 own=$data/agents/$1 networks=()
    # Tenants' networks are made by root inside the host, and nobody is there to type a password.
    if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
        networks=(--underlay "10.99.0.$i" --host-command "$testbed/hosts exec $i")
    fi
    launch "agent-$i" java -jar "$root/agent/target/yunqing-agent/agent.jar" --data "$own" \
        --controller "https://127.0.0.1:$YUNQING_AGENT_PORT" --join-token "$own/join-token" \
        --libvirt "$("$testbed/hosts" uri "$i")" --pool "default=$YUNQING_TESTBED/hosts/$i/pool" \
        --bridge yqbr0 --subnet "10.88.$i.0/24" --gateway "10.88.$i.1" \
        "${networks[@]}"
}

relaunch() { case $1 in controller) launch_controller ;; agent-*) launch_agent "${1#agent-}" ;; esac; }

running() { kill -0 "${process[$1]}" 2>/dev/null; }

# alive_until SECONDS NAME COMMAND...: waits for COMMAND, but not for a process that has died.
alive_until() {
    local deadline=$((SECONDS + $1)) name=$2
    shift 2
    log=$logs/$name.log
    until "$@"; do
        running "$name" || { echo "$name ended by itself" >&2 && return 1; }
        [ "$SECONDS" -lt "$deadline" ] || { echo "$name was not ready in time" >&2 && return 1; }
        sleep 0.2
    done
}

terminate() {
    local name=$1
    running "$name" || return 0
    kill -TERM "${process[$name]}" 2>/dev/null || true
    wait_until 15 ended "$name" || kill -KILL "${process[$name]}" 2>/dev/null || true
}

ended() { ! running "$1"; }

hosts_stopped() { ! "$testbed/hosts" status | grep -q running; }

# In order: agents before what they talk to, the hosts last. Whatever happens here, the rest is still stopped.
stop_all() {
    local name
    set +e
    [ -z "$holder" ] || say "Stopping ..."
    for name in "${!process[@]}"; do case $name in agent-*) terminate "$name" ;; esac; done
    for name in "${!process[@]}"; do terminate "$name"; done
    if [ -n "$holder" ]; then
        kill "$holder" 2>/dev/null
        wait_until 15 hosts_stopped || say "hosts still stop; see: examples/testbed/hosts status"
    fi
}

# However "up" ends. A step that did not come to its end is what went wrong, unless it was asked to stop.
finish() {
    local code=$?
    trap '' INT TERM HUP
    if [ -n "$step" ] && [ -z "$stopping" ]; then
        printf 'failed\n\nThe step "%s" failed; the last lines of %s:\n\n' "$step" "$log" >&3
        tail -n 20 "$log" | sed 's/^/    /' >&3
        say ""
        say "The whole of it: less $log. After mending it, ./dev up continues; ./dev up --clean begins anew."
    fi
    stop_all
    [ -z "$stopping" ] || say "Stopped. All data is kept in $data; ./dev up continues with it."
    exit "$code"
}

interrupted() {
    stopping=yes
    exit 0
}

# --- up: the steps --------------------------------------------------------------------------------------------------

yqctl() { YQCTL_TOKEN=$(<"$data/controller/operator.token") "$root/cli/target/yqctl/bin/yqctl" "$@"; }

rest() {
    curl -sS --fail-with-body -H "Authorization: Bearer $(<"$data/controller/operator.token")" "$YQCTL_SERVER$1"
}

port_free() { ! (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

hosts_up() {
    "$testbed/hosts" up "$1" --with "$holder"
}

controller_up() {
    local port
    for port in "$YUNQING_HTTP_PORT" "$YUNQING_AGENT_PORT"; do
        port_free "$port" || { echo "Port $port of 127.0.0.1 is in use by another program. Choose others:
YUNQING_HTTP_PORT=9480 YUNQING_AGENT_PORT=9481 ./dev up" && return 1; }
    done
    launch_controller
    alive_until 90 controller curl -sf -o "$logs/health.json" "$YQCTL_SERVER/q/health/ready"
    console_before=$(console) || true
    console_before=${console_before: -200}
    # What a newcomer sources to be the operator: ". .yunqing/env".
    cat >"$data/env" <<-END
		export YQCTL_SERVER=$YQCTL_SERVER YQCTL_TOKEN="\$(cat '$data/controller/operator.token')"
		export YQCTL_TENANT=$tenant PATH="$root/cli/target/yqctl/bin:\$PATH"
	END
}

# The manifests that hold what is only known here: the image's place and digest, the number of hosts.
render() {
    local i sha256 image zones=(futian baoan)
    read -r sha256 image <"$data/guest-image.sum"
    rm -rf "$data/manifests"
    mkdir -p "$data/manifests"
    sed -e "s|@URL@|file://$image|" -e "s|@SHA256@|$sha256|" "$root/examples/manifests/centre/image.yaml.in" \
        >"$data/manifests/image.yaml"
    for i in $(seq "$1"); do
        sed -e "s|@HOST@|host-$i|" -e "s|@ZONE@|${zones[$(((i - 1) % 2))]}|" \
            "$root/examples/manifests/centre/host.yaml.in" >"$data/manifests/host-$i.yaml"
    done
}

agents_up() {
    local i own
    render "$1"
    yqctl apply -f "$root/examples/manifests/centre" -f "$data/manifests"
    for i in $(seq "$1"); do
        own=$data/agents/$i
        mkdir -p "$own"
        # Used only when there is no certificate or it has ended; a token that is not used changes nothing.
        (umask 077 && yqctl host join-token "host-$i" >"$own/join-token")
        launch_agent "$i"
    done
    for i in $(seq "$1"); do alive_until 60 "agent-$i" host_current "host-$i"; done
}

# Reporting, and with an inventory: the first reports can come before the agent has seen its libvirt.
host_current() { rest "/v1/hosts/$1" | jq -e '.status | .state == "CURRENT" and .inventory.network != null'; }

city_up() {
    yqctl apply -f "$root/examples/manifests/city"
    wait_until 120 instance_ready || { yqctl instance show "$instance" --tenant "$tenant" && return 1; }
}

instance_field() { rest "/v1/tenants/$tenant/instances/$instance" | jq -r "$1"; }

instance_ready() {
    [ "$(instance_field .status.phase)" = RUNNING ] && guest_line 'ready after' >/dev/null
}

console() { yqctl instance log "$instance" --tenant "$tenant" | tr -d '\r'; }

# What the guest said on its serial console with these words since this "up"; its log also holds earlier boots.
guest_line() {
    local all
    all=$(console)
    grep "yunqing-guest: $1" <<<"${all#*"$console_before"}" | tail -n 1
}

summary() {
    local host
    host=$(instance_field .status.host)
    cat >&3 <<-END

		  instance   $instance of $tenant
		  phase      $(instance_field .status.phase)
		  host       $host, in zone $(instance_field .status.zone)
		  address    $(instance_field '[.status.addresses[].ip] | join(" ")')
		  console    $(guest_line hostname=)
		             $(guest_line 'ready after')

		Look further, in another terminal:
		  . .yunqing/env                    makes you the operator here
		  yqctl instance show $instance
		  yqctl instance log $instance
		  yqctl host list
		  virsh -c '$("$testbed/hosts" uri "${host#host-}")' list
		  curl -s $YQCTL_SERVER/q/metrics | grep ^yunqing
		  curl -s $YQCTL_SERVER/q/openapi
		  ls $logs

		Ctrl-C (or ./dev down) stops everything; the data is kept.
	END
}

# Waits for ever; what dies is started again, unless it cannot live at all.
supervise() {
    local name
    while :; do
        # Bash forgets a death that falls into the handling of another one, so all are looked at, now and then unasked.
        sleep 5 3>&- 7>&- &
        wait -n "${process[@]}" "$holder" $! 2>/dev/null || true
        if ! kill -0 "$holder" 2>/dev/null; then
            step="hold the hosts" log=$logs/hosts.log
            return 1
        fi
        for name in "${!process[@]}"; do
            running "$name" || revive "$name" || return 1
        done
    done
}

revive() {
    local name=$1
    if [ $((SECONDS - started[$name])) -gt 20 ]; then quick_deaths[$name]=0; fi
    quick_deaths[$name]=$((${quick_deaths[$name]:-0} + 1))
    if [ "${quick_deaths[$name]}" -gt 5 ]; then
        step="keep $name running" log=$logs/$name.log
        return 1
    fi
    say "$(date +%T) $name ended; starting it again (its log: $logs/$name.log)"
    sleep 1
    relaunch "$name"
}

# --- The two commands -------------------------------------------------------------------------------------------------

# Held by a running "up"; the file names its pid.
take_lock() {
    mkdir -p "$logs"
    exec 7>>"$data/up.lock"
    flock -n 7 || die "./dev up runs already (pid $(<"$data/up.lock")); ./dev down stops it"
    echo $$ >"$data/up.lock"
}

lock_free() { flock -n "$data/up.lock" true; }

up() {
    local n=2 clean=
    while [ $# -gt 0 ]; do
        case $1 in
        --hosts)
            n=${2:-}
            shift $(($# > 1))
            ;;
        --clean) clean=yes ;;
        *) die "up: '$1' is not an option; ./dev help" ;;
        esac
        shift
    done
    [[ $n =~ ^[1-9][0-9]?$ ]] || die "--hosts '$n': give a number from 1 to 99"
    find_jdk
    take_lock
    trap finish EXIT
    trap interrupted INT TERM HUP
    [ -z "$clean" ] || remove_data
    rm -f "$logs"/*.log
    say "Yunqing on this machine, with $n hosts:"
    run_step packages install_packages
    run_step build build
    run_step "guest image" guest_image
    setpriv --pdeathsig KILL sleep infinity </dev/null >/dev/null 2>&1 3>&- 7>&- &
    holder=$!
    run_step hosts hosts_up "$n"
    run_step controller controller_up
    run_step agents agents_up "$n"
    run_step city city_up
    summary
    # Bash's own words on how a process died; ours go to 3.
    supervise 2>/dev/null
}

# Everything that "up" made while running, but not what only takes time to make again.
remove_data() {
    "$testbed/hosts" down --purge
    rm -rf "${data:?}"/{controller,agents,manifests,testbed,env}
}

down() {
    local pid
    if [ -e "$data/up.lock" ] && ! lock_free; then
        pid=$(<"$data/up.lock")
        say "stopping ./dev up (pid $pid)"
        kill -TERM "$pid"
        wait_until 60 lock_free || die "pid $pid does not end; see $logs"
    fi
    "$testbed/hosts" down
    say "Nothing runs."
}
