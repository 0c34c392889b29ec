#include "temper/io/format/picture_ending.h"

#include <algorithm>
#include <array>
#include <string>

namespace temper::io {
namespace {

constexpr std::array<std::string_view, 4> kRead{".png", ".jpg", ".jpeg", ".webp"};
constexpr std::array<std::string_view, 13> kUnread{".gif",  ".bmp",  ".tif",  ".tiff", ".avif",
                                                   ".heic", ".heif", ".jfif", ".jpe",  ".jp2",
                                                   ".jxl",  ".ppm",  ".pgm"};

}  // namespace

PictureEnding picture_ending(std::string_view name) {
  const auto file = name.substr(name.rfind('/') + 1);  // all of it, if there is no '/'
  const auto dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return PictureEnding::none;
  std::string ending(file.substr(dot));
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  if (std::ranges::find(kRead, ending) != kRead.end()) return PictureEnding::read;
  return std::ranges::find(kUnread, ending) != kUnread.end() ? PictureEnding::unread
                                                             : PictureEnding::none;
}

}  // namespace temper::io
