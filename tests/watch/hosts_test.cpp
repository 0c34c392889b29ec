#include "temper/watch/hosts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace temper::watch {
namespace {

TEST(Hosts, OfAServerOfThisMachineAreItsOwnNamesOnly) {
  const Hosts hosts("127.0.0.1", true);
  for (const char* own : {"127.0.0.1", "127.0.0.1:8080", "localhost", "LocalHost:1",
                          "localhost:", "[::1]", "[::1]:65535", "127.1.2.3:80"})
    EXPECT_TRUE(hosts.allow(own)) << own;
  for (const char* other : {"",
                            ":",
                            ":80",
                            "example.org",
                            "example.org:80",
                            "localhost.example.org",
                            "127.0.0.1.example.org",
                            "localhost.",
                            "127.0.0.1:80:80",
                            "127.0.0.1:8o",
                            "127.0.0.1 ",
                            "127.0.0.1@example.org",
                            "localhost/",
                            "[::1",
                            "[]",
                            "[localhost]",
                            "[127.0.0.1]",
                            "::1",
                            "[::1]x",
                            "[::1]:123456",
                            "192.168.0.7",
                            "0.0.0.0",
                            "[2001:db8::1]",
                            "2130706433",
                            "127.1"})
    EXPECT_FALSE(hosts.allow(other)) << other;
  EXPECT_FALSE(hosts.allow(std::string_view("127.0.0.1\0.example.org", 22)));
}

TEST(Hosts, OfAServerForOtherMachinesAreAddressesAndGivenNames) {
  const Hosts hosts("Trainer.example.org", false);
  for (const char* own : {"trainer.example.org", "TRAINER.example.org:80", "localhost",
                          "192.168.0.7:8080", "[2001:db8::1]:80", "127.0.0.1"})
    EXPECT_TRUE(hosts.allow(own)) << own;
  for (const char* other : {"example.org", "trainer", "x.trainer.example.org", "[192.168.0.7]", ""})
    EXPECT_FALSE(hosts.allow(other)) << other;
  std::array<char, 256> name{};
  ASSERT_EQ(gethostname(name.data(), name.size() - 1), 0);
  EXPECT_TRUE(hosts.allow(name.data()));
}

TEST(Hosts, KnowAddresses) {
  EXPECT_TRUE(is_address("10.0.0.1"));
  EXPECT_TRUE(is_address("fe80::1"));
  EXPECT_FALSE(is_address("localhost"));
  EXPECT_FALSE(is_address(""));
  EXPECT_TRUE(is_loopback("127.0.0.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_TRUE(is_loopback("0:0:0:0:0:0:0:1"));
  for (const char* other :
       {"127.example.org", "10.0.0.1", "0.0.0.0", "::", "::2", "::ffff:127.0.0.1", ""})
    EXPECT_FALSE(is_loopback(other)) << other;
}

}  // namespace
}  // namespace temper::watch
