# names that are on the server
_redgrease_names() {
    local -a names
    names=(${(f)"$(redgrease names "$1" -- "${(@)words[2,CURRENT-1]}" 2>/dev/null)"})
    compadd -a names
}
