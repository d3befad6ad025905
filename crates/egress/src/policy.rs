//! Which addresses may be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Which addresses may be reached. Networks that were allowed come before every refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    allowed: Vec<IpNet>,
    /// Whether private networks may be reached as well.
    private: bool,
}

impl Policy {
    /// The public internet, and the networks named.
    pub fn public(allowed: Vec<IpNet>) -> Self {
        Self { allowed, private: false }
    }

    /// As [`public`](Self::public), and private networks, where cameras are; still not the machine itself, and
    /// nothing link-local.
    pub fn private(allowed: Vec<IpNet>) -> Self {
        Self { allowed, private: true }
    }

    /// Whether this address may be reached.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.names(address) || is_public(address) || self.private && is_private(address)
    }

    /// Whether the address lies in a network that was allowed by name. There, and only there, may things be sent in the
    /// clear.
    pub fn names(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|network| {
            network.contains(&address)
                && (!is_metadata(address) || network.prefix_len() == network.max_prefix_len())
        })
    }
}

/// Where clouds tell a machine its secrets: reached only when exactly this address was allowed.
fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            // AWS, Google, Azure and most others; Alibaba; Oracle.
            [[169, 254, 169, 254], [100, 100, 100, 200], [192, 0, 0, 192]].contains(&v4.octets())
        }
        // AWS.
        IpAddr::V6(v6) => v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    }
}

fn is_private(address: IpAddr) -> bool {
    !is_metadata(address)
        && match address {
            IpAddr::V4(v4) => v4.is_private(),
            IpAddr::V6(v6) => v6.is_unique_local(),
        }
}

/// What of IPv4 is not the public internet: the IANA IPv4 Special-Purpose Address Registry, multicast, and the
/// reserved rest.
const SPECIAL_V4: [([u8; 4], u8); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// What of `2000::/3`, the public part of IPv6, is not: the IANA IPv6 Special-Purpose Address Registry. Those that
/// carry an IPv4 address inside (6to4, Teredo) are among them, for they may lead anywhere.
const SPECIAL_V6: [([u16; 2], u8); 4] =
    [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !SPECIAL_V4
            .iter()
            .any(|&(network, length)| Ipv4Net::new_assert(Ipv4Addr::from(network), length).contains(&v4)),
        IpAddr::V6(v6) => {
            let net =
                |[a, b]: [u16; 2], length| Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length);
            net([0x2000, 0], 3).contains(&v6)
                && !SPECIAL_V6.iter().any(|&(network, length)| net(network, length).contains(&v6))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(policy: &Policy, address: &str) -> bool {
        policy.allows(address.parse().unwrap())
    }

    #[test]
    fn only_the_public_internet_is_reached_unless_told() {
        let policy = Policy::public(vec![]);
        for address in
            ["1.1.1.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"]
        {
            assert!(allows(&policy, address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows(&policy, address), "{address}");
        }
    }

    #[test]
    fn cameras_are_in_private_networks_and_never_on_the_machine_itself() {
        let policy = Policy::private(vec![]);
        for address in ["192.168.1.20", "10.0.0.1", "fd12::1", "1.1.1.1"] {
            assert!(allows(&policy, address), "{address}");
        }
        for address in ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"]
        {
            assert!(!allows(&policy, address), "{address}");
        }
    }

    #[test]
    fn a_metadata_service_is_reached_only_by_its_exact_address() {
        let wide = Policy::public(vec!["169.254.0.0/16".parse().unwrap()]);
        assert!(allows(&wide, "169.254.1.1") && !allows(&wide, "169.254.169.254"));
        assert!(!allows(&wide, "::ffff:169.254.169.254"));
        let exact = Policy::public(vec!["169.254.169.254/32".parse().unwrap()]);
        assert!(allows(&exact, "169.254.169.254"));
    }

    proptest! {
        #[test]
        fn how_an_ipv4_address_is_written_changes_nothing(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            for policy in [Policy::public(vec![]), Policy::private(vec![])] {
                prop_assert_eq!(policy.allows(v4.into()), policy.allows(v4.to_ipv6_mapped().into()));
            }
        }

        #[test]
        fn what_is_allowed_by_name_is_allowed_and_changes_nothing_else(bits: u32, network: u32, length in 1u8..=32) {
            let network = Ipv4Net::new(Ipv4Addr::from(network), length).unwrap();
            let (address, allowing) = (Ipv4Addr::from(bits), Policy::public(vec![network.into()]));
            let expected = network.contains(&address) && !is_metadata(address.into()) || is_public(address.into());
            prop_assume!(length < 32);
            prop_assert_eq!(allowing.allows(address.into()), expected);
        }
    }
}
