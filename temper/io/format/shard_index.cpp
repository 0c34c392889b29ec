#include "temper/io/format/shard_index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/printable.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"

namespace temper::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexBegin = "temper shard index 3\n";
constexpr std::size_t kHash = 32;  ///< hexadecimal digits
constexpr std::uint64_t kMostIndex = std::uint64_t{4} << 30U;

[[noreturn]] void damaged(const std::string& name, std::string_view what) {
  throw Error(
      Code::data, {.file = name},
      fmt::format("not an index of a shard, or a damaged one ({}). Remove it; it is written again.",
                  what));
}

/// Removes and returns `text` up to `stop`, which must occur.
std::string_view take(std::string_view& text, char stop, const std::string& name) {
  const auto end = text.find(stop);
  if (end == std::string_view::npos) damaged(name, "it is cut short");
  const auto part = text.substr(0, end);
  text.remove_prefix(end + 1);
  return part;
}

std::uint64_t take_number(std::string_view& text, char stop, const std::string& name) {
  constexpr std::size_t most = 18;  // digits, below 2^63
  const auto part = take(text, stop, name);
  // Only one spelling of each number is valid.
  if (part.empty() || part.size() > most || (part.size() > 1 && part.front() == '0'))
    damaged(name, "an invalid number");
  std::uint64_t value = 0;
  for (const char digit : part) {
    if (digit < '0' || digit > '9') damaged(name, "an invalid number");
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

/// The parts of a text between separators; none for an empty text.
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> take_value_names(std::string_view& text, const std::string& name) {
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  for (const auto part : parts_of(take(text, '\n', name), '\t')) {
    if (!is_value_name(part) || !is_utf8(part) || !seen.insert(part).second)
      damaged(name, "an invalid name of a value");
    names.emplace_back(part);
  }
  return names;
}

double value_of(std::string_view text, const std::string& name) {
  const auto value = parse_finite(text);
  // Only one spelling of each number is valid.
  if (!value || fmt::format("{}", *value) != text) damaged(name, "an invalid value");
  return *value;
}

ShardSample take_sample(std::string_view& text, const Shard& shard, const std::string& name) {
  ShardSample sample;
  sample.name = take(text, '\t', name);
  sample.offset = take_number(text, '\t', name);
  sample.size = take_number(text, '\t', name);
  sample.label = take(text, '\t', name);
  for (const auto part : parts_of(take(text, '\n', name), ' '))
    sample.values.push_back(value_of(part, name));
  if (!sample.values.empty() && sample.values.size() != shard.value_names.size())
    damaged(name, "a sample has another number of values than there are names");
  if (!sample.values.empty() && !sample.label.empty())
    damaged(name, "a sample has both a label and values");
  if (sample.name.empty() || !is_utf8(sample.name) || !is_utf8(sample.label) ||
      sample.label.size() > kMostLabel || !is_one_line(sample.name) || !is_one_line(sample.label))
    damaged(name, "an invalid name or label");
  if (sample.offset < kTarBlock || sample.offset % kTarBlock != 0 || sample.offset > shard.size ||
      sample.size > shard.size - sample.offset)
    damaged(name, "an image is outside the shard");
  return sample;
}

/// Whether the first and the last image are at the offsets of an index, to detect a shard that was
/// replaced by one of the same size and time.
bool matches_index(const Shard& shard, const ReadAt& read) {
  return std::all_of(shard.samples.begin(), shard.samples.end(), [&](const ShardSample& sample) {
    if (&sample != &shard.samples.front() && &sample != &shard.samples.back()) return true;
    std::array<std::byte, kTarBlock> block{};
    read(sample.offset - kTarBlock, block);
    return is_tar_header(block, sample.size);
  });
}

/// The samples from the index of a shard, if it is valid and of this shard.
/// @param modified  the shard's time
std::optional<Shard> remembered(const fs::path& path, std::int64_t modified, std::uint64_t size,
                                const ReadAt& read) {
  const auto index = index_path(path);
  if (const auto found = stamp_of(index); found.size < 0 || found.modified != modified)
    return std::nullopt;
  try {
    auto shard = parse_index(read_text(index, kMostIndex), index.string());
    if (shard.size != size || !matches_index(shard, read)) return std::nullopt;
    return shard;
  } catch (const Error&) {
    return std::nullopt;  // it is written again
  }
}

void remember(const fs::path& path, const Shard& shard, std::int64_t modified) {
  try {
    write_index(path, shard, modified);
  } catch (const Error& error) {
    if (error.code() != Code::io) throw;
  }
}

}  // namespace

std::string index_text(const Shard& shard) {
  std::string text(kIndexBegin);
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{}\t{}\t{}\t{}\n{}\n", shard.size, shard.samples.size(), shard.unread,
                 shard.first_unread, fmt::join(shard.value_names, "\t"));
  for (const auto& s : shard.samples)
    fmt::format_to(out, "{}\t{}\t{}\t{}\t{}\n", s.name, s.offset, s.size, s.label,
                   fmt::join(s.values, " "));
  return text + hash_hex(text) + '\n';
}

Shard parse_index(std::string_view text, const std::string& name) {
  if (!text.starts_with(kIndexBegin)) damaged(name, "it does not begin as an index does");
  if (text.size() < kIndexBegin.size() + kHash + 1 || text.back() != '\n')
    damaged(name, "it is cut short");
  const auto body = text.substr(0, text.size() - kHash - 1);
  if (text.substr(body.size(), kHash) != hash_hex(body)) damaged(name, "its checksum is wrong");
  auto rest = body.substr(kIndexBegin.size());
  Shard shard;
  shard.size = take_number(rest, '\t', name);
  const auto count = take_number(rest, '\t', name);
  shard.unread = take_number(rest, '\t', name);
  shard.first_unread = take(rest, '\n', name);
  if (shard.first_unread.empty() != (shard.unread == 0) || !is_one_line(shard.first_unread))
    damaged(name, "an invalid name of a picture that is not read");
  shard.value_names = take_value_names(rest, name);
  // A sample has at least eight bytes of text.
  if (count > rest.size() / 8 + 1) damaged(name, "it has fewer lines than its header gives");
  shard.samples.reserve(static_cast<std::size_t>(count));
  while (!rest.empty()) shard.samples.push_back(take_sample(rest, shard, name));
  if (shard.samples.size() != count)
    damaged(name, "it has another number of lines than its header gives");
  return shard;
}

fs::path index_path(const fs::path& shard) {
  auto path = shard;
  path += ".index";
  return path;
}

void write_index(const fs::path& path, const Shard& shard, std::int64_t modified) {
  write_atomically(index_path(path), [&](AtomicFile& file) {
    file.write(index_text(shard));
    file.set_modified(modified);
  });
}

Shard open_shard(const fs::path& path) {
  // Before the shard is opened: the index of one that is replaced from now on has another time.
  const auto modified = stamp_of(path).modified;
  const auto opened = open_for_reading(path);
  const auto size = opened.second;
  const auto name = path.string();
  const ReadAt read = [&](std::uint64_t offset, std::span<std::byte> into) {
    if (read_at(opened.first, offset, into, path) != into.size())
      throw Error(Code::data, {.file = name}, "the file was truncated while it was read.");
  };
  if (auto known = remembered(path, modified, size, read)) return *std::move(known);
  auto shard = scan_shard(size, read, name);
  remember(path, shard, modified);
  return shard;
}

}  // namespace temper::io
