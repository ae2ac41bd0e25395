//! Which argument of a call goes to which parameter.

use super::{Kind, Parameter};

/// Why arguments do not fit parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// This argument is one more than can be given by place.
    Surplus(usize),
    /// This argument has a keyword that is no parameter.
    Unknown(usize),
    /// This argument is for a parameter that has one.
    Twice(usize),
    /// This parameter has to be given.
    Missing(usize),
}

/// Which argument each parameter gets. An argument is its keyword, or `None` when it is given by
/// place.
pub fn bind(
    parameters: &[Parameter],
    arguments: &[Option<&str>],
) -> (Vec<Option<usize>>, Vec<Misfit>) {
    let mut bound: Vec<Option<usize>> = vec![None; parameters.len()];
    let mut misfits = Vec::new();
    let mut places = (0..parameters.len()).filter(|i| parameters[*i].positional);
    for (index, keyword) in arguments.iter().enumerate() {
        let (slot, misfit) = match keyword {
            None => (places.next(), Misfit::Surplus(index)),
            Some(name) => (
                parameters.iter().position(|p| p.name == *name),
                Misfit::Unknown(index),
            ),
        };
        match slot {
            None => misfits.push(misfit),
            Some(slot) if bound[slot].is_some() => misfits.push(Misfit::Twice(index)),
            Some(slot) => bound[slot] = Some(index),
        }
    }
    for (slot, parameter) in parameters.iter().enumerate() {
        if parameter.required && bound[slot].is_none() {
            misfits.push(Misfit::Missing(slot));
        }
    }
    (bound, misfits)
}

/// How a call of `name` is written: `aggregate(zero, seqOp, combOp)`.
pub fn usage(name: &str, parameters: &[Parameter]) -> String {
    let parameters: Vec<String> = parameters
        .iter()
        .filter(|p| p.kind != Kind::Requirements && (p.required || p.positional))
        .map(|p| {
            if p.required {
                p.name.to_owned()
            } else {
                format!("{}=…", p.name)
            }
        })
        .collect();
    format!("{name}({})", parameters.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::operation;
    use super::*;

    #[test]
    fn arguments_find_their_parameters() {
        let parameters = operation("aggregate").map_or(&[][..], |o| o.parameters);
        let (bound, misfits) = bind(parameters, &[None, Some("combOp")]);
        assert_eq!(bound, [Some(0), None, Some(1), None]);
        assert_eq!(misfits, []);
        let (_, misfits) = bind(parameters, &[None, Some("zero"), Some("zer0")]);
        assert_eq!(misfits, [Misfit::Twice(1), Misfit::Unknown(2)]);
        let map = operation("map").map_or(&[][..], |o| o.parameters);
        let (_, misfits) = bind(map, &[]);
        assert_eq!(misfits, [Misfit::Missing(0)]);
        let (_, misfits) = bind(map, &[None, None]);
        assert_eq!(misfits, [Misfit::Surplus(1)]);
    }
}
