#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/disk/descriptor.h"

/// A log of JSON objects, one per line.
namespace temper::io {

/// Appends to such a file. Each line is one write(2), so a killed process leaves at most an
/// incomplete last line; opening the file again removes it. Throws Error{Code::io}.
class JsonLines {
 public:
  explicit JsonLines(std::filesystem::path path);
  /// @param object  a JSON object. NaN and infinity become null; for names see json_text(). A line
  /// that does not fit on the disk is removed again.
  void append(const nlohmann::json& object);
  /// Makes the lines durable: they persist after a power failure.
  void sync();

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

/// The objects of all complete lines; an incomplete last line is skipped. Throws Error{Code::data}
/// naming file and line for any other line that is not a JSON object, Error{Code::io} if it can't
/// be read.
std::vector<nlohmann::json> read_json_lines(const std::filesystem::path& path);

/// The same for text in memory; `name` is used in messages.
std::vector<nlohmann::json> parse_json_lines(std::string_view text, const std::string& name);

}  // namespace temper::io
