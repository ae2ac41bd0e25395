//! Calls of the server's functions.

use super::Vm;
use crate::native::host::{Service, Word};
use crate::native::text;
use crate::native::tree::Argument;
use crate::native::value::{Fail, Kind, Value};

const LEVELS: [&str; 4] = ["debug", "verbose", "notice", "warning"];

fn error(text: impl AsRef<str>) -> Fail {
    Fail::raise(Kind::GearsError, text)
}

impl<'a> Vm<'a> {
    pub(super) fn service(
        &mut self,
        service: Service,
        arguments: &'a [Argument],
    ) -> Result<Value, Fail> {
        let values = self.arguments(arguments)?;
        self.serve(service, &values)
    }

    /// The values of arguments, those behind a `*` too.
    pub(super) fn arguments(&mut self, arguments: &'a [Argument]) -> Result<Vec<Value>, Fail> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Argument::One(value) => {
                    let value = self.eval(value)?;
                    values.push(value);
                }
                Argument::Many(source) => {
                    let values = &mut values;
                    let gathered = self.each(source, &mut |_, item| {
                        values.push(item);
                        Ok(true)
                    });
                    // What Python says of others names the function as it is in the worker.
                    gathered.map_err(|fail| match fail {
                        Fail::Raise(_) => Fail::GiveBack("`*` before what cannot be iterated over"),
                        other => other,
                    })?;
                }
            }
        }
        Ok(values)
    }

    pub(super) fn serve(&mut self, service: Service, values: &[Value]) -> Result<Value, Fail> {
        match service {
            Service::Execute => self.execute(values),
            Service::Read => self.read(values),
            Service::Log | Service::LogAny => self.log(service, values),
            Service::Hashtag => Ok(Value::Str(self.host.hashtag())),
            Service::Hashtag3 => Ok(format!("{{{}}}", self.host.hashtag()).into()),
            Service::Config => self.config(values),
            Service::ConfigOr => {
                let found = self.config(values.get(..1).unwrap_or(&[]))?;
                Ok(match found {
                    Value::None => values.get(1).cloned().unwrap_or(Value::None),
                    found => found,
                })
            }
            Service::CallNext => {
                let words = self.words(values)?;
                self.effect = true;
                self.host.call_next(&words).map_err(error)
            }
            Service::Command => self
                .host
                .command()
                .ok_or_else(|| error("Can not get command ctx")),
            Service::Override => {
                self.effect = true;
                let value = values.first().unwrap_or(&Value::None);
                self.host.override_reply(value).map_err(error)?;
                Ok(Value::None)
            }
        }
    }

    fn words(&self, values: &[Value]) -> Result<Vec<Word>, Fail> {
        values
            .iter()
            .map(|value| {
                Ok(match value {
                    Value::Str(text) => Word::Text(std::sync::Arc::clone(text)),
                    Value::Bytes(bytes) => Word::Bytes(std::sync::Arc::clone(bytes)),
                    Value::ByteArray(bytes) => Word::Bytes(bytes.borrow().as_slice().into()),
                    other => Word::Text(text::str(other, self.minor())?.into()),
                })
            })
            .collect()
    }

    fn execute(&mut self, values: &[Value]) -> Result<Value, Fail> {
        match values.first() {
            None => return Ok(Value::list(Vec::new())),
            Some(Value::Str(_)) => {}
            Some(_) => return Err(error("the given command must be a string")),
        }
        let words = self.words(values)?;
        self.effect = true;
        self.tick()?;
        self.host.execute(&words).map_err(error)
    }

    /// A command whose name is a text.
    fn read(&mut self, values: &[Value]) -> Result<Value, Fail> {
        let words = self.words(values)?;
        self.tick()?;
        let read = self.host.read(&words).map_err(error)?;
        read.ok_or(Fail::GiveBack("a read that somebody sees"))
    }

    fn log(&mut self, service: Service, values: &[Value]) -> Result<Value, Fail> {
        let message = match (service, values.first()) {
            (_, None) => return Err(error("log function must get a log message as input")),
            (Service::LogAny, Some(any)) => text::str(any, self.minor())?.into(),
            (_, Some(Value::Str(message))) => std::sync::Arc::clone(message),
            _ => return Err(error("Log message must be a string")),
        };
        let level = match values.get(1) {
            None => "notice".into(),
            Some(Value::Str(level)) => std::sync::Arc::clone(level),
            Some(_) => {
                return Err(error(
                    "Log level must be a sting (debug/verbose/notice/warning)",
                ));
            }
        };
        self.effect = true;
        if LEVELS.contains(&&*level) {
            self.host.log(&level, &message);
        } else if LEVELS.contains(&&*message) {
            // The order of arguments of old scripts: level first.
            self.host.log(&message, &level);
        } else {
            return Err(error(
                "Log level should be one of the following : debug,verbose,notice,warning",
            ));
        }
        Ok(Value::None)
    }

    fn config(&mut self, values: &[Value]) -> Result<Value, Fail> {
        match values {
            [Value::Str(name)] => Ok(self.host.config(name)),
            [_] => Err(error("get_config key must be a string")),
            _ => Err(error("get_config function must get a single key input")),
        }
    }
}
