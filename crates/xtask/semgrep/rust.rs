//! What the rules of rust.yml find, and what they leave alone. Nothing compiles this.

fn statements(db: &Db, table: &str, name: &str) {
    // ruleid: sql-from-text
    sqlx::query(&format!("SELECT * FROM users WHERE name = '{name}'")).fetch(db);
    // ruleid: sql-from-text
    sqlx::query_scalar(&format!("SELECT count(*) FROM {table}")).fetch(db);
    // ok: sql-from-text
    sqlx::query("SELECT * FROM users WHERE name = $1").bind(name).fetch(db);
}

fn certificates(builder: Builder, checks: Arc<Checks>) {
    // ruleid: certificates-unchecked
    builder.danger_accept_invalid_certs(true);
    // ruleid: certificates-unchecked
    builder.dangerous().with_custom_certificate_verifier(checks);
    // ok: certificates-unchecked
    builder.with_root_certificates(checks);
}

fn logs(user: &str, password: &str, camera: &Camera) {
    // ruleid: secret-in-a-log
    tracing::info!(user, %password, "signed in");
    // ruleid: secret-in-a-log
    tracing::warn!("cannot sign in to {}", camera.password);
    // ok: secret-in-a-log
    tracing::warn!(user, "the password is wrong");
}

fn queues() {
    // ruleid: unbounded-channel
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    // ok: unbounded-channel
    let (sender, receiver) = tokio::sync::mpsc::channel(1024);
}

fn shells(name: &str) {
    // ruleid: shell-in-the-product
    Command::new("sh").arg("-c").arg(format!("ping {name}"));
    // ok: shell-in-the-product
    Command::new("ping").arg(name);
}

fn chance() {
    // ruleid: weak-chance
    let token = rand::thread_rng().gen::<u64>();
    // ruleid: weak-chance
    let token = StdRng::seed_from_u64(7);
    // ok: weak-chance
    let token = rand::rngs::OsRng.try_next_u64();
}
