//! Errors as they leave the house: a code of a closed list, and nothing else.

use crate::people;
use crate::session::Failed;
use crate::wire::http::{Problem, Wrong};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

impl Wrong {
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Code | Self::Absent => StatusCode::NOT_FOUND,
            Self::Account => StatusCode::UNAUTHORIZED,
            Self::Rights | Self::Origin => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Ended => StatusCode::GONE,
            Self::Locked | Self::Full | Self::Refused | Self::Nick | Self::Scenario | Self::Damaged => StatusCode::CONFLICT,
            Self::NotSaved => StatusCode::INSUFFICIENT_STORAGE,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.status(), Json(Problem { error: self })).into_response()
    }
}

impl From<Failed> for Wrong {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Absent => Self::Absent,
            Failed::Scenario => Self::Scenario,
            Failed::Damaged => Self::Damaged,
            Failed::Busy => Self::Busy,
            Failed::NotSaved => Self::NotSaved,
            Failed::Nick => Self::Nick,
            Failed::Full => Self::Full,
            Failed::Locked => Self::Locked,
            Failed::Refused => Self::Refused,
            Failed::Ended => Self::Ended,
        }
    }
}

impl From<people::Failed> for Wrong {
    fn from(failed: people::Failed) -> Self {
        Failed::from(failed).into()
    }
}

/// A JSON body; whatever is wrong with it is `malformed`, without the parser's words.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> axum::extract::FromRequest<S> for Body<T> {
    type Rejection = Wrong;
    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Wrong> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(_) => Err(Wrong::Malformed),
        }
    }
}

/// A session's id in the path; what is none does not exist.
pub fn id(text: &str) -> Result<uuid::Uuid, Wrong> {
    text.parse().map_err(|_| Wrong::Absent)
}
