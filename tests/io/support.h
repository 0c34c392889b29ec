#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/io/disk/read_file.h"
#include "tests/support/directory.h"

namespace temper::io::test {

inline const std::filesystem::path golden = TEMPER_SOURCE_DIR "/tests/golden/io";

/// A new folder that is removed with the object.
class Folder {
 public:
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path() / name;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path; }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path())) ++count;
    return count;
  }

 private:
  temper::testing::Directory directory_;
};

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline Bytes contents(const std::filesystem::path& path) {
  return read_file(path, 1U << 30U);
}

/// The temper::Error that `action` throws; the test fails if it throws none.
inline Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected a temper::Error";
  return {Code::internal, ""};
}

/// Runs `parse` on damaged copies of `valid`: it must return or throw temper::Error. Anything else
/// fails the test, with sanitizers also a read outside the copy.
inline void survive_damage(const Bytes& valid, std::uint64_t seed,
                           const std::function<void(const Bytes&)>& parse, int rounds = 400) {
  const auto attempt = [&](Bytes damaged) {
    damaged.shrink_to_fit();
    try {
      parse(damaged);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), Code::internal) << error.what();
    }
  };
  for (int round = 0; round < rounds; ++round) {
    Random random(seed, Purpose::inspect, {static_cast<std::uint64_t>(round)});
    Bytes damaged = valid;
    // Changed bits matter most in headers.
    const std::uint64_t reach = random.chance(0.5) ? std::min<std::uint64_t>(64, valid.size())
                                                   : std::uint64_t{valid.size()};
    for (std::uint64_t flips = random.below(4); flips > 0; --flips)
      damaged[random.below(reach)] ^= static_cast<std::byte>(1U << random.below(8));
    if (random.chance(0.3)) damaged[random.below(reach)] = std::byte{0xFF};
    if (random.chance(0.4)) damaged.resize(random.below(valid.size() + 1));
    attempt(std::move(damaged));
  }
}

}  // namespace temper::io::test
