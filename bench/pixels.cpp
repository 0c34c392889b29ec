// Used by scripts/check-pillow: for each line of standard input it prints an image's pixels. The
// words of a line are separated by tabs:
//
//   full PATH
//   turned PATH                                          (rotated by its EXIF orientation)
//   crop PATH top left height width
//   resized PATH top left height width new_height new_width filter
//
// The output is a line "height width channels bytes" and then that many bytes, or "error REASON".
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "temper/augment/frame.h"
#include "temper/core/error.h"
#include "temper/io/image/picture.h"

namespace {

using namespace temper;

augment::Interpolation filter_named(const std::string& name) {
  const auto& names = EnumNames<augment::Interpolation>::value;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<augment::Interpolation>(i);
  throw Error(Code::usage, "no filter " + name);
}

struct Answerer {
  io::Picture picture;
  augment::Frame frame;
  io::Image whole;

  const io::Image& answer(const std::string& line) {
    std::istringstream words(line);
    std::string what, path;
    std::getline(words, what, '\t');
    std::getline(words, path, '\t');
    picture.load(path, {.exif_orientation = what == "turned"});
    if (what == "full" || what == "turned") {
      picture.copy_to(whole);
      return whole;
    }
    augment::Box box;
    words >> box.top >> box.left >> box.height >> box.width;
    frame.begin(picture);
    frame.crop(box);
    if (what == "resized") {
      augment::Size size;
      std::string filter;
      words >> size.height >> size.width >> filter;
      frame.resize(size, filter_named(filter));
    }
    return frame.pixels();
  }
};

}  // namespace

int main() {
  Answerer answerer;
  std::string line;
  while (std::getline(std::cin, line)) try {
      const auto& image = answerer.answer(line);
      std::printf("%d %d %d %zu\n", image.height, image.width, image.channels, image.size());
      std::fwrite(image.pixels.data(), 1, image.size(), stdout);
      std::fflush(stdout);
    } catch (const Error& error) {
      std::printf("error %s\n", error.what());
      std::fflush(stdout);
    }
}
