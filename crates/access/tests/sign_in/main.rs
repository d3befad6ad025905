//! What users, sign-in, sessions and tokens promise, on both databases.

#![allow(clippy::unwrap_used, reason = "tests")]

mod attack;
#[path = "../../../store/tests/contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the store's tests, which also crash the server")]
mod cluster;
mod mail;
mod place;
mod second_factor;
mod sessions;
mod tokens;
mod users;

use cluster::Cluster;
use place::Place;

macro_rules! cases {
    ($cluster:expr; $($module:ident: $($name:ident),+;)+) => {
        $($({
            let place = Place::new($cluster, concat!(stringify!($module), "_", stringify!($name))).await;
            $module::$name(&place).await;
            place.log_is_whole().await;
        })+)+
    };
}

async fn all(cluster: Option<&Cluster>) {
    cases! { cluster;
        users: the_first_admin_comes_by_a_link_that_is_good_once, users_are_made_changed_and_deleted,
            the_last_admin_stays, two_admins_cannot_take_each_other_away, only_admins_manage_users,
            people_sign_up_by_a_code, a_code_is_not_used_more_often_than_it_says;
        sessions: what_is_wrong_is_not_said, a_session_is_renewed_and_a_stolen_one_ends, sessions_end,
            a_changed_password_ends_everything, rights_change_at_once;
        second_factor: codes_are_asked_for_and_good_once, recovery_codes_are_good_once;
        tokens: a_token_does_what_its_scopes_and_its_owner_may, tokens_end;
        mail: a_forgotten_password_is_chosen_anew;
        attack: an_attacker_does_not_lock_out_the_user, many_addresses_do_not_lock_out_a_known_browser,
            a_known_browser_of_another_account_helps_nothing;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    all(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let cluster = Cluster::start(&["fsync=off", "full_page_writes=off", "synchronous_commit=off"]);
    all(Some(&cluster)).await;
}
