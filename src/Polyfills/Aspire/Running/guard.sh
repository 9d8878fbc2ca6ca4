# Sees to it that no process outlives the application, however it ends. Reads "+ PID" and "- PID" of the processes that
# the application starts and sees end; when the application is gone, so is the other end of the pipe, and those
# processes are asked to end. When they have, and at the latest after $2 seconds, whatever is left is killed: they, their
# descendants, their sessions, and everything that has $1 in its environment.
trap '' INT TERM HUP
declare -A roots=()
while read -r what pid; do
    case $what in
        +) roots[$pid]=1 ;;
        -) unset "roots[$pid]" ;;
    esac
done

# Fills $found with the living processes that belong to the application.
find_processes() {
    local stat pid rest changed=1
    local -A parent=() session=() marked=()
    found=()
    for stat in /proc/[0-9]*/stat; do
        { read -r rest <"$stat"; } 2>/dev/null || continue
        pid=${rest%% *} rest=${rest##*) }
        # shellcheck disable=SC2086
        set -- $rest
        [[ $1 == Z ]] || { parent[$pid]=$2; session[$pid]=$4; }
    done
    while read -r stat; do
        stat=${stat#/proc/}
        marked[${stat%/environ}]=1
    done < <(grep -lzsxF "$marker" /proc/[0-9]*/environ)
    for pid in "${!parent[@]}"; do
        [[ $pid != "$$" && ( -n ${roots[$pid]:-} || -n ${roots[${session[$pid]}]:-} || -n ${marked[$pid]:-} ) ]] && found[pid]=1
    done
    while ((changed)); do
        changed=0
        for pid in "${!parent[@]}"; do
            [[ -z ${found[pid]:-} && -n ${found[${parent[$pid]}]:-} ]] && found[pid]=1 changed=1
        done
    done
}

marker=$1 limit=$((SECONDS + $2))
declare -a found
find_processes
known=("${!found[@]}")
((${#known[@]})) || exit 0
kill -TERM "${!roots[@]}" 2>/dev/null
while ((SECONDS < limit)); do
    alive=
    for pid in "${!roots[@]}"; do
        [[ -r /proc/$pid/stat && $(<"/proc/$pid/stat") != *") Z "* ]] && alive=1
    done 2>/dev/null
    [[ $alive ]] || break
    sleep 0.1
done
# Whose parent ended first is still known by its number.
find_processes
kill -KILL "${known[@]}" "${!found[@]}" 2>/dev/null
exit 0
