#include "kernel/core/policy/network.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chela::policy {
namespace {

TEST(Network, HoldsTheAddressesBeneathItsPrefix) {
  struct Row {
    const char* network;
    const char* ip;
    bool holds;
  };
  const Row kTable[] = {
      {"10.0.0.2", "10.0.0.2", true},
      {"10.0.0.2", "10.0.0.3", false},
      {"10.0.0.0/8", "10.255.1.2", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.1.2.3/8", "10.9.9.9", true},  // bits beyond the prefix do not matter
      {"192.168.16.0/20", "192.168.31.255", true},
      {"192.168.16.0/20", "192.168.32.0", false},
      {"192.168.1.1/32", "192.168.1.1", true},
      {"192.168.1.1/32", "192.168.1.0", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},  // of IPv4 only
      {"::/0", "2001:db8::1", true},
      {"2001:db8::/32", "2001:db8:ffff::1", true},
      {"2001:db8::/32", "2001:db9::", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"2001:DB8::1", "2001:db8:0::1", true},
      {"::ffff:10.0.0.0/104", "10.1.1.1", true},
      {"10.0.0.0/8", "::ffff:10.1.1.1", true},
      {"10.0.0.0/8", "::10.1.1.1", false},
  };
  for (const auto& row : kTable) {
    auto network = Network::parse(row.network);
    auto ip = parse_ip(row.ip);
    ASSERT_TRUE(network && ip) << row.network << " " << row.ip;
    EXPECT_EQ(network->contains(*ip), row.holds) << row.network << " " << row.ip;
  }
}

TEST(Network, RefusesWhatIsNone) {
  const std::string kTable[] = {"",
                                "/",
                                "/8",
                                "10.0.0.0/",
                                "10.0.0.0/33",
                                "10.0.0.0/-1",
                                "10.0.0.0/+8",
                                "10.0.0.0/8 ",
                                " 10.0.0.0/8",
                                "10.0.0/8",
                                "10.0.0.0/8/8",
                                "10.0.0.0/a",
                                "10.0.0.0/4294967304",
                                "2001:db8::/129",
                                "2001:db8::%eth0",
                                "[::1]",
                                "localhost",
                                "010.0.0.1",
                                "10.0.0.0.1",
                                "1",
                                "0x7f000001",
                                std::string("10.0.0.1\0", 9),
                                std::string(1000, '1')};
  for (const auto& text : kTable) EXPECT_FALSE(Network::parse(text)) << text;
}

}  // namespace
}  // namespace chela::policy
