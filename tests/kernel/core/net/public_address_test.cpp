#include "kernel/core/net/public_address.hpp"

#include <gtest/gtest.h>

namespace chela::net {
namespace {

TEST(PublicAddressTest, IsNotForWhatOnlyThisMachineOrNetworkReaches) {
  for (auto ip : {"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                  "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.19.0.1", "::1", "::",
                  "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
                  "2002:7f00:1::", "2001:db8::1", "2001::1", "::7f00:1", "", "localhost", "127.1", "1.2.3.4.5"}) {
    EXPECT_FALSE(is_public_address(ip)) << ip;
  }
}

TEST(PublicAddressTest, IsForTheRest) {
  for (auto ip : {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "198.17.255.255",
                  "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
    EXPECT_TRUE(is_public_address(ip)) << ip;
  }
}

}  // namespace
}  // namespace chela::net
