//! Patterns of URLs, as the language writes them.

use alloc::string::String;
use core::fmt;

use super::public_host::is_public;
use super::url::Scheme;

/// `https://*.example.com:8443/hooks/**`, or `public`. Queries and fragments are not looked at, and
/// neither is a slash at the end of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UrlPattern {
    /// This scheme; any, written `*`, if there is none.
    pub scheme: Option<Scheme>,
    /// The host.
    pub host: HostPattern<String>,
    /// The port.
    pub port: PortPattern,
    /// `/`, or a path pattern: `*` is one segment, `**` any number of them, also none; inside a
    /// segment `*` is any run. Apart from that its segments are those of a canonical URL.
    pub path: String,
}

/// A pattern of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortPattern {
    /// `*`
    Any,
    /// The one of the scheme, which is not written.
    Default,
    /// This one.
    Number(u16),
}

/// A pattern of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern<T> {
    /// `**`
    Any,
    /// `example.com`: this name or address.
    Exact(T),
    /// `*.example.com`: a name with one label more.
    Child(T),
    /// `**.example.com`: the name, or one below it.
    Within(T),
    /// `public`: a host of the public internet.
    Public,
}

impl UrlPattern {
    /// `public`
    #[must_use]
    pub fn public() -> Self {
        Self { scheme: None, host: HostPattern::Public, port: PortPattern::Any, path: "/**".into() }
    }
}

impl PortPattern {
    /// Whether it matches the port of a URL, if one is written, with this scheme.
    #[must_use]
    pub fn matches(self, port: Option<u16>, scheme: Scheme) -> bool {
        match self {
            Self::Any => true,
            Self::Default => port.is_none(),
            Self::Number(number) => port.unwrap_or(scheme.port()) == number,
        }
    }
}

impl<T: AsRef<str>> HostPattern<T> {
    /// Whether it matches a canonical host.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        let below = |name: &T| host.strip_suffix(name.as_ref()).and_then(|rest| rest.strip_suffix('.'));
        match self {
            Self::Any => true,
            Self::Exact(name) => host == name.as_ref(),
            Self::Child(name) => below(name).is_some_and(|rest| !rest.is_empty() && !rest.contains('.')),
            Self::Within(name) => host == name.as_ref() || below(name).is_some(),
            Self::Public => is_public(host),
        }
    }
}

impl<T: fmt::Display> fmt::Display for HostPattern<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("**"),
            Self::Exact(name) => name.fmt(f),
            Self::Child(name) => write!(f, "*.{name}"),
            Self::Within(name) => write!(f, "**.{name}"),
            Self::Public => f.write_str("public"),
        }
    }
}

/// As a literal has it; `public` is a word by itself.
impl fmt::Display for UrlPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let HostPattern::Public = self.host {
            return self.host.fmt(f);
        }
        write!(f, "{}://{}", self.scheme.map_or("*", Scheme::word), self.host)?;
        match self.port {
            PortPattern::Any => f.write_str(":*")?,
            PortPattern::Default => {}
            PortPattern::Number(number) => write!(f, ":{number}")?,
        }
        f.write_str(&self.path)
    }
}
