#pragma once
#include <cstdint>
#include <string_view>

namespace temper::io {

/// What the ending of a file's name says about it.
enum class PictureEnding : std::uint8_t {
  none,    ///< no picture
  read,    ///< a picture of a format that is read: .png, .jpg, .jpeg, .webp
  unread,  ///< a picture of another format: .gif, .tif, .heic, ...
};

/// The ending of a name, or of a path with slashes, in upper or lower case. A hidden file such as
/// ".png" has none.
PictureEnding picture_ending(std::string_view name);

}  // namespace temper::io
