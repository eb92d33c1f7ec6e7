# bash completion for camrelayctl(1)

_camrelayctl_cameras()
{
    camrelayctl cameras 2>/dev/null | awk 'NR > 1 && !seen[$1]++ { print $1 }'
}

_camrelayctl_readers()
{
    camrelayctl readers 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_camrelayctl()
{
    local commands="status cameras camera readers kick retry enable disable add set remove check reload log hash-password support-bundle crash-report"
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}"
    local command="" place=0 options="--help --socket" i
    COMPREPLY=()

    case "$before" in
    --socket | --output | -o)
        COMPREPLY=($(compgen -f -- "$word"))
        return
        ;;
    --level | -l)
        COMPREPLY=($(compgen -W "error warning info debug" -- "$word"))
        return
        ;;
    esac

    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
        --socket | --output | -o | --level | -l) i=$((i + 1)) ;;
        -*) ;;
        *) if [[ -z "$command" ]]; then command="${COMP_WORDS[i]}"; else place=$((place + 1)); fi ;;
        esac
    done

    case "$command" in
    "") options="$options --version" ;;
    status | cameras) options="$options --json --watch" ;;
    camera | readers) options="$options --json" ;;
    reload) options="$options --dry-run" ;;
    log) options="$options --follow --level" ;;
    hash-password) options="$options --token --new" ;;
    support-bundle) options="$options --output" ;;
    esac

    if [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
    elif [[ -z "$command" ]]; then
        COMPREPLY=($(compgen -W "$commands" -- "$word"))
    elif ((place == 0)); then
        case "$command" in
        crash-report) COMPREPLY=($(compgen -f -- "$word")) ;;
        camera | readers | retry | enable | disable | set | remove) COMPREPLY=($(compgen -W "$(_camrelayctl_cameras)" -- "$word")) ;;
        kick) COMPREPLY=($(compgen -W "$(_camrelayctl_readers)" -- "$word")) ;;
        esac
    fi
}

complete -F _camrelayctl camrelayctl
