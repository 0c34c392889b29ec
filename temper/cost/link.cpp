#include "temper/cost/link.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "temper/core/error.h"

namespace temper::cost {
namespace {

constexpr double kBits = 8;  ///< of a byte
constexpr double kLeastBandwidth = 1e3;
constexpr double kMostBandwidth = 1e15;
constexpr double kMostLatency = 10;
constexpr std::array<std::pair<char, double>, 4> kScales{
    {{'T', 1e12}, {'G', 1e9}, {'M', 1e6}, {'K', 1e3}}};

/// A decimal number without a sign, and the text behind it; nothing where there is none.
std::optional<std::pair<double, std::string_view>> number_and_rest(std::string_view text) {
  const bool begins = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!begins) return {};
  double number = 0;
  const auto* const begin = std::to_address(text.begin());
  const auto* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(begin, end, number, std::chars_format::fixed);
  if (error != std::errc()) return {};
  return std::pair{number, text.substr(static_cast<std::size_t>(stop - begin))};
}

std::optional<double> scale_of(std::string_view suffix) {
  if (suffix.empty()) return 1;
  if (suffix.size() != 1) return {};
  const char letter = suffix.front();
  const bool small = letter >= 'a' && letter <= 'z';
  const char upper = small ? static_cast<char>(letter - 'a' + 'A') : letter;
  for (const auto& [name, scale] : kScales)
    if (name == upper) return scale;
  return {};
}

std::optional<double> unit_of(std::string_view unit, double number) {
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s" || (unit.empty() && number == 0)) return 1;
  return {};
}

}  // namespace

double parse_bandwidth(const std::string& text, const std::string& option) {
  if (const auto parts = number_and_rest(text)) {
    const auto scale = scale_of(parts->second);
    const double bits = parts->first * scale.value_or(0);
    if (bits >= kLeastBandwidth && bits <= kMostBandwidth) return bits;
  }
  throw Error(Code::usage, {.option = option},
              fmt::format("{} is '{}'; expected bits per second between 1K and 1000T, a number "
                          "with K, M, G or T for powers of 1,000, such as 25G or 800M",
                          option, text));
}

double parse_latency(const std::string& text, const std::string& option) {
  if (const auto parts = number_and_rest(text)) {
    const auto unit = unit_of(parts->second, parts->first);
    const double seconds = parts->first * unit.value_or(0);
    if (unit && seconds <= kMostLatency) return seconds;
  }
  throw Error(Code::usage, {.option = option},
              fmt::format("{} is '{}'; expected at most 10s, a number with us, ms or s, such as "
                          "50us or 0.5ms",
                          option, text));
}

std::string bandwidth_text(double bits_per_second) {
  for (const auto& [name, scale] : kScales)
    if (bits_per_second >= scale) return fmt::format("{:g} {}bit/s", bits_per_second / scale, name);
  return fmt::format("{:g} bit/s", bits_per_second);
}

double all_reduce_seconds(std::int64_t bytes, std::int64_t ranks, const Link& link) {
  if (ranks < 2) return 0;
  const auto others = static_cast<double>(ranks - 1);
  return 2 * others / static_cast<double>(ranks) * static_cast<double>(bytes) * kBits /
             link.bandwidth +
         2 * others * link.latency;
}

double broadcast_seconds(std::int64_t bytes, std::int64_t ranks, std::int64_t local_ranks,
                         const Link& link) {
  double seconds = 0;
  for (std::int64_t senders = 1; senders < ranks; senders *= 2)
    seconds += static_cast<double>(bytes) * static_cast<double>(std::min(senders, local_ranks)) *
                   kBits / link.bandwidth +
               link.latency;
  return seconds;
}

double exchange_seconds(double bytes, std::int64_t local_ranks, const Link& link) {
  if (bytes <= 0) return 0;
  return bytes * static_cast<double>(local_ranks) * kBits / link.bandwidth + link.latency;
}

}  // namespace temper::cost
