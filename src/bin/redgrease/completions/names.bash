
# names that are on the server, beside what the script above knows
_redgrease_and_names() {
    _redgrease "$@"
    local word command='' sub='' kind=''
    [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && return
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$command,$word" in
            ,trigger | ,rm | ,abort | ,pause | ,resume | ,config) command=$word ;;
            config,get | config,set) sub=$word ;;
        esac
    done
    case "$command" in
        trigger) kind=triggers ;;
        rm) kind=registrations ;;
        abort) kind=executions ;;
        pause | resume) kind=streams ;;
        config) [[ -n $sub ]] && kind=settings ;;
    esac
    [[ -n $kind ]] || return
    COMPREPLY+=($(compgen -W "$(redgrease names "$kind" -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _redgrease_and_names -o nosort -o bashdefault -o default redgrease
