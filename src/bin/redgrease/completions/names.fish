
# names that are on the server
function __redgrease_names
    redgrease names $argv[1] -- (commandline -opc)[2..-1] 2>/dev/null
end
complete -c redgrease -n "__fish_seen_subcommand_from trigger" -f -a "(__redgrease_names triggers)"
complete -c redgrease -n "__fish_seen_subcommand_from rm" -f -a "(__redgrease_names registrations)"
complete -c redgrease -n "__fish_seen_subcommand_from abort" -f -a "(__redgrease_names executions)"
complete -c redgrease -n "__fish_seen_subcommand_from pause resume" -f -a "(__redgrease_names streams)"
complete -c redgrease -n "__fish_seen_subcommand_from config; and __fish_seen_subcommand_from get set" -f -a "(__redgrease_names settings)"
