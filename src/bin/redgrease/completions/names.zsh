# a command, or a script that is loaded
_redgrease_first() {
    _redgrease_commands
    _files
}

_redgrease_is_command() {
    (( $+functions[_redgrease__subcmd__$1_commands] ))
}

# names that are on the server, which the words before the subcommand may name
_redgrease_names() {
    local -a line names
    line=(${(z)LBUFFER})
    [[ $LBUFFER == *' ' ]] || line[-1]=()
    line=("${(@)line[${line[(I)*redgrease]}+1,-1]}")
    names=(${(f)"$(redgrease names "$1" -- "${(@Q)line}" 2>/dev/null)"})
    compadd -a names
}
