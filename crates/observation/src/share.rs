/// Wilson's 95 % interval of a share, `hits` of `all`: its lower and its upper end, 0..1; none when `all` is 0 (Wilson
/// 1927, doi:10.1080/01621459.1927.10502953).
pub fn share_interval(hits: u64, all: u64) -> Option<(f64, f64)> {
    /// The normal distribution's 97.5 % point.
    const Z: f64 = 1.959_963_984_540_054;
    if all == 0 {
        return None;
    }
    let (hits, all) = (hits as f64, all as f64);
    let (share, z2) = (hits / all, Z * Z);
    let centre = (share + z2 / (2.0 * all)) / (1.0 + z2 / all);
    let half = Z / (1.0 + z2 / all) * (share * (1.0 - share) / all + z2 / (4.0 * all * all)).sqrt();
    Some(((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0)))
}
