#include "temper/io/image/picture_name.h"

#include "temper/io/format/picture_ending.h"

namespace temper::io {

bool is_picture_name(const std::filesystem::path& path) {
  return picture_ending(path.native()) == PictureEnding::read;
}

}  // namespace temper::io
