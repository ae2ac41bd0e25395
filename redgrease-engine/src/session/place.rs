//! Where the workers of a session find their packages, and what waits for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Absence, Session};
use crate::base::guard;
use crate::packages::Failure;
use crate::packages::environment::{Environment, EnvironmentResult, environments, normalise};
use crate::server::{Level, log};

/// How long a session whose packages could not be installed waits until it tries again.
const TRY_AGAIN: Duration = Duration::from_secs(10);

type Task = Box<dyn FnOnce() + Send>;

/// Where the workers of a session find their packages.
pub(super) enum Place {
    /// Here.
    Ready(Arc<Environment>),
    /// It is being made, and this is to be done afterwards.
    Making(Vec<Task>),
    /// It could not be made; nobody has tried since.
    Failed(Failure, Instant),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready(environment) => environment.fmt(formatter),
            Self::Making(_) => formatter.write_str("Making"),
            Self::Failed(failure, _) => failure.fmt(formatter),
        }
    }
}

impl Session {
    /// The environment, if it stands.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) fn environment(&self) -> Result<Arc<Environment>, Absence> {
        match &*guard(&self.place) {
            Place::Ready(environment) => Ok(Arc::clone(environment)),
            Place::Making(_) if self.requirements.is_empty() => {
                Err(Absence::Starting(self.name.clone()))
            }
            Place::Making(_) => Err(Absence::Installing {
                session: self.name.clone(),
                requirements: self.requirements.clone(),
            }),
            Place::Failed(failure, _) => Err(Absence::Failed(failure.clone())),
        }
    }

    /// Whether the environment stands.
    pub(crate) fn is_ready(&self) -> bool {
        matches!(&*guard(&self.place), Place::Ready(_))
    }

    /// Makes the environment in the background, then gives the session to a worker.
    pub(crate) fn prepare(self: &Arc<Self>, then: impl FnOnce() + Send + 'static) {
        let session = Arc::clone(self);
        environments().get(normalise(&self.requirements), false, move |environment| {
            session.arrive(environment);
            then();
        });
    }

    fn arrive(&self, environment: EnvironmentResult) {
        let place = match environment {
            Ok(environment) => {
                self.natives.set_version(&environment.version);
                Place::Ready(environment)
            }
            Err(failure) => {
                log(
                    Level::Warning,
                    &format!(
                        "the functions of session {} cannot run yet: {failure}; tried again when one is called",
                        self.name
                    ),
                );
                Place::Failed(failure, Instant::now())
            }
        };
        let before = std::mem::replace(&mut *guard(&self.place), place);
        // The worker is told now: its functions may have something to do once they are registered.
        if !guard(&self.plans).is_empty()
            && self.environment().is_ok()
            && let Err(absence) = self.host()
        {
            log(Level::Warning, &absence.to_string());
        }
        if let Place::Making(tasks) = before {
            tasks.into_iter().for_each(|task| task());
        }
    }

    /// Keeps `task` for the moment when the environment stands or is known not to; gives it back when that is already so.
    pub(crate) fn postpone<T: FnOnce() + Send + 'static>(self: &Arc<Self>, task: T) -> Option<T> {
        let mut place = guard(&self.place);
        match &mut *place {
            Place::Making(tasks) => {
                tasks.push(Box::new(task));
                None
            }
            Place::Failed(_, since) if since.elapsed() >= TRY_AGAIN => {
                *place = Place::Making(vec![Box::new(task)]);
                drop(place);
                self.prepare(|| {});
                None
            }
            _ => Some(task),
        }
    }
}
