//! Everyone who is asked, one file each, and what several of them share.

mod biscuit;
#[cfg(feature = "casbin")]
mod casbin;
mod cedar;
mod cel;
mod claims;
mod engine;
mod jwt;
mod macaroon;
mod native;
mod oso;
mod paseto;
mod placet;
mod regorus;
#[cfg(not(feature = "casbin"))]
mod rhai;

use crate::contender::Contender;

/// The secret of every key here.
pub(crate) const SECRET: [u8; 32] = [7; 32];

/// Everyone, in the order of the tables.
pub fn all() -> Vec<Box<dyn Contender>> {
    vec![
        Box::new(native::Native),
        Box::new(placet::Placet::LOCAL),
        Box::new(placet::Placet::PUBLIC),
        Box::new(claims::Checked(jwt::Jwt)),
        Box::new(claims::Checked(macaroon::Macaroon)),
        Box::new(claims::Checked(paseto::Local)),
        Box::new(claims::Checked(paseto::Public)),
        Box::new(biscuit::Biscuit),
        Box::new(engine::Enveloped(cedar::Cedar)),
        Box::new(engine::Enveloped(regorus::Regorus)),
        #[cfg(feature = "casbin")]
        Box::new(engine::Enveloped(casbin::Casbin)),
        Box::new(engine::Enveloped(cel::Cel)),
        #[cfg(not(feature = "casbin"))]
        Box::new(engine::Enveloped(rhai::Rhai)),
        Box::new(engine::Enveloped(oso::Oso)),
    ]
}
