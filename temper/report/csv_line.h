#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace temper::report {

/// A line of CSV (RFC 4180) and its header: names and values side by side, so that they can't get
/// out of step.
class CsvLine {
 public:
  void add(std::string name, std::string value);
  /// With all its digits; empty where it is missing or not finite.
  void add(std::string name, std::optional<double> value);
  void add(std::string name, double value);
  void add(std::string name, std::int64_t value);

  /// Lines with their line break. Fields with a comma, semicolon, tab, quote or line break are
  /// quoted.
  [[nodiscard]] std::string names() const;
  [[nodiscard]] std::string values() const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> values_;
};

}  // namespace temper::report
