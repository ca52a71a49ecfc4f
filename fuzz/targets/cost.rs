//! What programs cost: a run never takes more than the verifier has found for it.

use std::sync::LazyLock;

use placet::bytecode::fuel::Fuel;
use placet::bytecode::verify::verify;
use placet::model::vocabulary::Vocabulary;
use placet::vm::{Context, ProgramKind, run_with};

use super::scope;
use placet::model::time::Time;

#[path = "../../benches/worst/mod.rs"]
#[allow(dead_code, reason = "the corpus was made of its cases; here its request is asked")]
mod worst;

/// Steps of programs that are run here: dearer ones would be seen less often, for no other reason.
const MOST: u64 = 1 << 20;

/// Bytecode in the vocabulary of the worst programs, asked of values as long as they may be.
pub fn price(bytes: &[u8]) {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(worst::vocabulary);
    static REQUEST: LazyLock<worst::Wide<'static>> = LazyLock::new(|| worst::request(&VOCABULARY));
    let Ok(proved) = verify(bytes, &scope(&VOCABULARY)) else { return };
    if proved.cost() > MOST {
        return;
    }
    let context = Context {
        issuance: Time::EPOCH,
        expiry: Time::MAX,
        bearer: None,
        vouchers: &[&[9; 32]],
        approvers: &[[9; 32]; 8],
    };
    for kind in [ProgramKind::Authority, ProgramKind::Restriction] {
        let fuel = Fuel::plenty();
        run_with(&proved, kind, &*REQUEST, &context, &fuel).expect("what is proved is decided");
        assert!(fuel.used() <= proved.cost(), "{} steps were taken, of {}", fuel.used(), proved.cost());
    }
}
