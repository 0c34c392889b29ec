#include "temper/data/tools/unexpected_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/descriptor.h"

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

}  // namespace

std::vector<UnexpectedFile> odd_files(const fs::path& folder) {
  std::vector<UnexpectedFile> found;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return found;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const auto& path = it->path();
    std::error_code none;
    if (path.filename().string().starts_with('.')) {
      if (it->is_directory(none)) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file(none)) continue;
    if (auto one = odd(path)) found.push_back(std::move(*one));
  }
  std::ranges::sort(found, {}, &UnexpectedFile::path);
  return found;
}

}  // namespace temper::data
