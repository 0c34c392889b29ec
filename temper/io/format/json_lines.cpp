#include "temper/io/format/json_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "temper/io/disk/failpoint.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/format/json_text.h"

namespace temper::io {
namespace {

using nlohmann::json;

// A truncated object does not parse, so one that parses is complete even without its line feed.
bool is_object(std::string_view line) {
  const json value = json::parse(line, nullptr, false);
  return value.is_object();
}

/// The line for a message: escaped, and truncated if long.
std::string in_quotes(std::string_view line) {
  constexpr std::size_t shown = 60;
  const bool whole = line.size() <= shown;
  return json(line.substr(0, shown)).dump(-1, ' ', true, json::error_handler_t::replace) +
         (whole ? "" : "...");
}

off_t size_of(const Descriptor& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 ? status.st_size : 0;
}

/// The text after the last line feed.
std::string unfinished_line(const Descriptor& file, const std::filesystem::path& path) {
  std::array<char, 4096> block{};
  std::string tail;
  for (off_t end = size_of(file); end > 0;) {
    const auto count = static_cast<std::size_t>(std::min<off_t>(end, block.size()));
    const off_t begin = end - static_cast<off_t>(count);
    const ssize_t got = ::pread(file.get(), block.data(), count, begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("read", path, errno);
    const std::string_view text(block.data(), static_cast<std::size_t>(got));
    const auto feed = text.rfind('\n');
    tail.insert(0, text.substr(feed == std::string_view::npos ? 0 : feed + 1));
    if (feed != std::string_view::npos || text.size() < count) break;
    end = begin;
  }
  return tail;
}

}  // namespace

JsonLines::JsonLines(std::filesystem::path path)
    : path_(std::move(path)), file_(open_file(path_, O_RDWR | O_CREAT | O_APPEND, "write")) {
  const std::string tail = unfinished_line(file_, path_);
  if (tail.empty()) return;
  if (is_object(tail)) {
    const std::string_view feed = "\n";
    if (const int failure = write_all(file_, std::as_bytes(std::span(feed)), path_))
      throw system_error("write", path_, failure);
  } else if (::ftruncate(file_.get(), size_of(file_) - static_cast<off_t>(tail.size())) != 0) {
    throw system_error("write", path_, errno);
  }
}

void JsonLines::append(const json& object) {
  const std::string line = json_text(object) + '\n';
  const off_t before = size_of(file_);
  const int failure = write_all(file_, std::as_bytes(std::span(line)), path_);
  if (failure == 0) return;
  // An incomplete line would damage the next one. If this fails, opening the file again removes it.
  [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), before);
  throw system_error("write", path_, failure);
}

void JsonLines::sync() {
  if (const auto verdict = failpoint(Call::sync, path_); verdict.error != 0)
    throw system_error("write", path_, verdict.error);
  if (::fsync(file_.get()) != 0) throw system_error("write", path_, errno);
}

std::vector<json> read_json_lines(const std::filesystem::path& path) {
  constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;
  const std::string text = read_text(path, max_bytes);
  return parse_json_lines(text, path.string());
}

std::vector<json> parse_json_lines(std::string_view text, const std::string& name) {
  std::vector<json> objects;
  for (std::int64_t line_number = 1; !text.empty(); ++line_number) {
    const auto feed = text.find('\n');
    const bool finished = feed != std::string_view::npos;
    const std::string_view line = text.substr(0, feed);
    text.remove_prefix(finished ? feed + 1 : text.size());
    json value = json::parse(line, nullptr, false);
    if (value.is_object())
      objects.push_back(std::move(value));
    else if (finished)
      throw Error(Code::data, {.file = name, .line = line_number},
                  fmt::format("expected one JSON object, found {}. Remove the line.",
                              line.empty() ? "an empty line" : in_quotes(line)));
  }
  return objects;
}

}  // namespace temper::io
