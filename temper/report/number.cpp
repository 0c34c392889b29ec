#include "temper/report/number.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace temper::report {
namespace {

constexpr std::string_view kThin = "\u202f";
constexpr std::string_view kMinus = "\u2212";
constexpr std::string_view kNotFinite = "not finite";

int percent_decimals(std::int64_t trials) {
  return trials < 1000 ? 1 : 2;
}

std::string with_minus(std::string text) {
  if (!text.empty() && text.front() == '-') text.replace(0, 1, kMinus);
  return text;
}

std::string superscript(int exponent) {
  constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴",
                                                    "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(exponent)))
    text += digits[static_cast<std::size_t>(c - '0')];
  return text;
}

}  // namespace

std::string count_text(std::int64_t number) {
  const std::string digits = std::to_string(number);
  if (digits.size() <= 4) return with_minus(digits);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') text += kThin;
    text += digits[i];
  }
  return with_minus(text);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string large_text(std::int64_t number) {
  const auto value = static_cast<double>(number);
  if (value < 1e6) return count_text(number);
  if (value < 999.5e6) return fmt::format("{}{}million", significant_text(value / 1e6, 3), kThin);
  return fmt::format("{}{}billion", significant_text(value / 1e9, 3), kThin);
}

std::string percent_text(double fraction, std::int64_t trials) {
  if (!std::isfinite(fraction)) return std::string(kNotFinite);
  return with_minus(fmt::format("{:.{}f}{}%", 100 * fraction, percent_decimals(trials), kThin));
}

std::string interval_text(const measure::Interval& interval, std::int64_t trials) {
  return fmt::format("{:.{}f} to {}", 100 * interval.low, percent_decimals(trials),
                     percent_text(interval.high, trials));
}

std::string significant_text(double number, int digits) {
  if (!std::isfinite(number)) return std::string(kNotFinite);
  if (number == 0) return "0";
  // Scientific notation rounds before it determines the exponent.
  const std::string scientific = fmt::format("{:.{}e}", number, digits - 1);
  const auto e = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(e + 1));
  if (exponent < -3 || exponent > 5)
    return with_minus(
        fmt::format("{}{}×{}10{}", scientific.substr(0, e), kThin, kThin, superscript(exponent)));
  return with_minus(fmt::format("{:.{}f}", number, std::max(0, digits - 1 - exponent)));
}

std::string difference_text(double number) {
  if (!std::isfinite(number)) return std::string(kNotFinite);
  return with_minus(fmt::format("{:+.4f}", number));
}

std::string points_text(double fraction) {
  if (!std::isfinite(fraction)) return std::string(kNotFinite);
  return with_minus(fmt::format("{:+.2f}{}points", 100 * fraction, kThin));
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return std::string(kNotFinite);
  if (seconds < 9.95) return fmt::format("{:.1f}{}s", seconds, kThin);
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{}{}s", whole, kThin);
  if (whole < 3600) return fmt::format("{}{}min {:02}{}s", whole / 60, kThin, whole % 60, kThin);
  return fmt::format("{}{}h {:02}{}min", whole / 3600, kThin, whole % 3600 / 60, kThin);
}

}  // namespace temper::report
