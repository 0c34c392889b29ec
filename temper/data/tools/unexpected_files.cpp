#include "temper/data/tools/unexpected_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/listing.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/system_folder.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

constexpr std::size_t kHead = 16;

struct Kind {
  std::string_view name;     ///< with its article
  std::string_view endings;  ///< extensions, each between spaces; empty: a format that is not read
};

/// The image format that a file's first bytes show; nullopt if it is not an image.
std::optional<Kind> kind_of(std::string_view head) {
  const auto at = [&](std::size_t offset, std::string_view bytes) {
    return head.size() > offset && head.substr(offset).starts_with(bytes);
  };
  if (at(0, "\xFF\xD8\xFF")) return Kind{"a JPEG", " .jpg .jpeg "};
  if (at(0, "\x89PNG\r\n\x1A\n")) return Kind{"a PNG", " .png "};
  if (at(0, "RIFF") && at(8, "WEBP")) return Kind{"a WebP", " .webp "};
  if (at(0, "GIF8")) return Kind{"a GIF", ""};
  if (at(0, "II*\0"sv) || at(0, "MM\0*"sv)) return Kind{"a TIFF", ""};
  if (at(0, "BM")) return Kind{"a BMP", ""};
  if (at(4, "ftypavif")) return Kind{"an AVIF", ""};
  if (at(4, "ftypheic") || at(4, "ftypmif1")) return Kind{"a HEIF", ""};
  return std::nullopt;
}

bool among(std::string_view ending, std::string_view endings) {
  return !ending.empty() && endings.find(fmt::format(" {} ", ending)) != std::string_view::npos;
}

std::string_view first_of(std::string_view endings) {
  return endings.substr(1, endings.find(' ', 1) - 1);
}

std::string ending_of(const fs::path& path) {
  auto ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

std::string first_bytes(const fs::path& path) {
  std::array<std::byte, kHead> bytes{};
  const auto file = io::open_for_reading(path).first;
  const auto count = io::read_all(file, bytes, path);
  std::string head;
  for (std::size_t i = 0; i < count; ++i) head += static_cast<char>(bytes[i]);
  return head;
}

UnexpectedFile odd_picture(const fs::path& path, std::string reason, bool read) {
  return {.path = path.string(), .reason = std::move(reason), .picture = true, .read = read};
}

/// The problem of a file; nullopt if there is none.
std::optional<UnexpectedFile> odd(const fs::path& path) {
  constexpr std::string_view pictures = " .png .jpg .jpeg .webp ";
  const auto ending = ending_of(path);
  const bool read = among(ending, pictures);
  std::optional<Kind> kind;
  try {
    kind = kind_of(first_bytes(path));
  } catch (const Error& error) {
    if (read) return std::nullopt;  // reported when the image was read
    return UnexpectedFile{path.string(), error.message()};
  }
  if (!kind) {
    if (read) return std::nullopt;  // as above
    return UnexpectedFile{path.string(), "not a picture; it is not read"};
  }
  if (kind->endings.empty())
    return odd_picture(path, fmt::format("{} picture, which temper does not read", kind->name),
                       read);
  if (!read)
    return odd_picture(path,
                       fmt::format("{} picture, not read because its name does not end in {}",
                                   kind->name, first_of(kind->endings)),
                       false);
  if (!among(ending, kind->endings))
    return odd_picture(path, fmt::format("{} picture with the extension {}", kind->name, ending),
                       true);
  return std::nullopt;
}

/// An image whose format or name is the reason has that reason.
UnexpectedFile unread_file(const Unread& one) {
  std::error_code error;
  const bool folder = fs::is_directory(one.path, error);
  if (!folder && one.files == 1)
    if (auto file = odd(one.path); file && file->picture && !file->read) return *std::move(file);
  return {.path = one.path,
          .reason = folder || one.files > 1
                        ? fmt::format("{} {}, not read: {}", one.files,
                                      one.files == 1 ? "file" : "files", one.reason)
                        : fmt::format("not read: {}", one.reason),
          .picture = true};
}

}  // namespace

std::vector<UnexpectedFile> unread_files(const std::vector<Unread>& unread) {
  std::vector<UnexpectedFile> files;
  files.reserve(unread.size());
  for (const auto& one : unread) files.push_back(unread_file(one));
  return files;
}

std::vector<UnexpectedFile> odd_files(const fs::path& folder, const std::vector<Unread>& unread) {
  auto found = unread_files(unread);
  std::unordered_set<std::string_view> known;
  for (const auto& one : unread) known.insert(one.path);
  std::error_code error;
  if (!fs::is_directory(folder, error)) return found;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const auto& path = it->path();
    const auto name = name_of(path);
    std::error_code none;
    if (name.starts_with('.') || io::is_system_folder(name) || known.contains(path.native())) {
      if (it->is_directory(none)) it.disable_recursion_pending();
      continue;
    }
    // A table that is not among `unread` is read.
    if (!it->is_regular_file(none) || is_table_name(path)) continue;
    if (auto one = odd(path)) found.push_back(std::move(*one));
  }
  std::ranges::sort(found, {}, &UnexpectedFile::path);
  return found;
}

}  // namespace temper::data
