; extends

; Python in the tokens of python! { … }, gear! { … } and py! { … }, without the braces
(macro_invocation
  macro: [
    (identifier) @_macro
    (scoped_identifier name: (identifier) @_macro)
  ]
  (token_tree) @injection.content
  (#any-of? @_macro "python" "gear" "py")
  (#not-match? @injection.content "^.\\s*r#*\"")
  (#offset! @injection.content 0 1 0 -1)
  (#set! injection.language "python")
  (#set! injection.include-children))

; Python in a raw string: gear! { r#"…"# }
(macro_invocation
  macro: [
    (identifier) @_macro
    (scoped_identifier name: (identifier) @_macro)
  ]
  (token_tree . (raw_string_literal (string_content) @injection.content) .)
  (#any-of? @_macro "python" "gear" "py")
  (#set! injection.language "python"))

; Python in a raw string that is the body of a function: #[command] fn f() { r#"…"# }
((attribute_item
   (attribute [
     (identifier) @_attribute
     (scoped_identifier name: (identifier) @_attribute)
   ]))
 .
 [(attribute_item) (line_comment)]*
 .
 (function_item
   body: (block . (raw_string_literal (string_content) @injection.content) .))
 (#any-of? @_attribute "command" "keys_reader" "stream_reader")
 (#set! injection.language "python"))
