// Used by scripts/check-pillow: for each line of standard input it prints an image's pixels. The
// words of a line are separated by tabs:
//
//   full PATH
//   turned PATH                                          (rotated by its EXIF orientation)
//   crop PATH top left height width
//   resized PATH top left height width new_height new_width filter
//   rotated PATH filter gray degrees                     (gray: the value outside the image)
//   affine PATH filter gray c0 ... c5
//   perspective PATH filter gray c0 ... c7
//   blurred PATH sigma
//   compressed PATH quality subsampling                  (as a JPEG, 4:2:0)
//
// The output is a line "height width channels bytes" and then that many bytes, or "error REASON".
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "temper/augment/pixels/blur.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/jpeg.h"
#include "temper/core/error.h"
#include "temper/io/image/picture.h"

namespace {

using namespace temper;

template <class Enum>
Enum named(const std::string& name) {
  const auto& names = EnumNames<Enum>::value;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  throw Error(Code::usage, "there is no " + name);
}

augment::Interpolation filter_named(const std::string& name) {
  return named<augment::Interpolation>(name);
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
    if (what == "rotated" || what == "affine" || what == "perspective") {
      frame.begin(picture);
      transform(what, words);
      return frame.pixels();
    }
    if (what == "blurred" || what == "compressed") {
      frame.begin(picture);
      what == "blurred" ? blur(words) : compress(words);
      return frame.pixels();
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

  void blur(std::istringstream& words) {
    double sigma = 0;
    words >> sigma;
    frame.rewrite([&](const io::Image& from, io::Image& to) {
      augment::gaussian_blur_pillow(from, to, sigma);
    });
  }

  void compress(std::istringstream& words) {
    int quality = 0;
    std::string subsampling;
    words >> quality >> subsampling;
    frame.edit([&](io::Image& image) {
      augment::jpeg(image, quality, named<io::Subsampling>(subsampling));
    });
  }

  void transform(const std::string& what, std::istringstream& words) {
    std::string filter;
    int gray = 0;
    words >> filter >> gray;
    const auto interpolation = filter_named(filter);
    const auto fill = augment::Fill::all(static_cast<std::uint8_t>(gray));
    if (what == "rotated") {
      double degrees = 0;
      words >> degrees;
      frame.rotate(degrees, interpolation, fill);
    } else if (what == "affine") {
      augment::Affine inverse;
      for (double& c : inverse.c) words >> c;
      frame.warp(inverse, interpolation, fill);
    } else {
      augment::Perspective inverse;
      for (double& c : inverse.c) words >> c;
      frame.warp(inverse, interpolation, fill);
    }
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
