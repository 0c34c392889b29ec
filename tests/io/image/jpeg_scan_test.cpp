#include "temper/io/image/jpeg_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "temper/core/random.h"
#include "tests/io/libjpeg.h"

namespace temper::io::codec::test {
namespace {

bool is_supported() {
  return supports_jpeg_scan(libjpeg_version());
}

/// The encoder's settings for a file.
struct Settings {
  J_COLOR_SPACE colours = JCS_YCbCr;
  int across = 2;  ///< sampling factors of the first component; the others have 1
  int down = 2;
  int quality = 90;
  bool optimised = false;
  unsigned restart = 0;
};

int components_of(J_COLOR_SPACE colours) {
  return colours == JCS_GRAYSCALE ? 1 : colours == JCS_CMYK ? 4 : 3;
}

/// An image of waves, partly with noise and partly with single bright pixels: blocks with long
/// codes, with long runs of zeros, and without coefficients.
Bytes encoded(int height, int width, const Settings& settings) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.input_components = components_of(settings.colours);
  jpeg.in_color_space = settings.colours;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, settings.colours);
  jpeg_set_quality(&jpeg, settings.quality, TRUE);
  jpeg.comp_info[0].h_samp_factor = settings.across;
  jpeg.comp_info[0].v_samp_factor = settings.down;
  jpeg.optimize_coding = settings.optimised ? TRUE : FALSE;
  jpeg.restart_interval = settings.restart;
  jpeg_start_compress(&jpeg, TRUE);
  Random random(1, Purpose::inspect);
  Bytes row;
  for (int y = 0; y < height; ++y) {
    row.clear();
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < jpeg.input_components; ++c) {
        const double wave = 128 + 100 * std::sin(0.05 * x + c) * std::cos(0.07 * y - c);
        const auto noise = static_cast<unsigned char>(random.below(256));
        const int part = (x / 24 + y / 24) % 4;
        row.push_back(part == 0                ? static_cast<unsigned char>(wave)
                      : part == 1              ? noise
                      : part == 2 && noise < 9 ? 255
                                               : 100);
      }
    JSAMPROW first = row.data();
    jpeg_write_scanlines(&jpeg, &first, 1);
  }
  jpeg_finish_compress(&jpeg);
  Bytes bytes(memory, memory + size);
  jpeg_destroy_compress(&jpeg);
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  return bytes;
}

std::vector<Settings> all_settings() {
  std::vector<Settings> all;
  for (const auto& [across, down] :
       std::vector<std::pair<int, int>>{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}})
    for (const int quality : {3, 75, 100})
      for (const bool optimised : {false, true})
        for (const unsigned restart : {0U, 1U, 5U})
          all.push_back({JCS_YCbCr, across, down, quality, optimised, restart});
  for (const auto colours : {JCS_GRAYSCALE, JCS_CMYK, JCS_RGB})
    for (const unsigned restart : {0U, 7U}) {
      all.push_back({.colours = colours, .across = 1, .down = 1, .restart = restart});
      all.push_back({.colours = colours, .restart = restart});
    }
  return all;
}

TEST(JpegScan, GivesLibjpegsPixels) {
  JpegScan scan;  // reused for all files, as in a loader
  std::uint64_t n = 0;
  for (const Settings& s : all_settings()) {
    const Bytes bytes = encoded(93, 140, s);
    for (const unsigned shrink : {1U, 2U, 4U, 8U})
      for (int i = 0; i < 4; ++i) {
        Random random(2, Purpose::inspect, {n++});
        Window window;
        if (i > 0) {
          window.height = 0.1 + 0.9 * random.uniform();
          window.width = 0.1 + 0.9 * random.uniform();
          window.top = random.uniform() * (1 - window.height);
          window.left = random.uniform() * (1 - window.width);
        }
        const Decoded expected(bytes, nullptr, shrink, window);
        const Decoded found(bytes, &scan, shrink, window);
        ASSERT_EQ(expected.error(), 0);
        ASSERT_EQ(found.error(), 0);
        ASSERT_EQ(found.is_scanned(), is_supported());
        ASSERT_EQ(found.pixels(), expected.pixels())
            << s.colours << ' ' << s.across << 'x' << s.down << ' ' << s.quality << ' '
            << s.optimised << ' ' << s.restart << ", 1/" << shrink << ' ' << i;
      }
  }
}

TEST(JpegScan, LeavesAnUntriedVersionToLibjpeg) {
  JpegScan scan("2.1.6");
  for (const unsigned restart : {0U, 3U})
    for (const double height : {1.0, 0.4}) {
      const Bytes bytes = encoded(93, 140, {.restart = restart});
      const Window window{.height = height, .width = height};
      const Decoded found(bytes, &scan, 1, window);
      EXPECT_FALSE(found.is_scanned());
      EXPECT_EQ(found.error(), 0);
      EXPECT_EQ(found.pixels(), Decoded(bytes, nullptr, 1, window).pixels());
    }
}

// libjpeg-turbo 3 decodes such a file, earlier versions refuse it.
TEST(JpegScan, LeavesALosslessFileToLibjpeg) {
  Bytes file{0xFF, 0xD8};
  const auto append = [&file](const Bytes& bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
  };
  append({0xFF, 0xC3, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});  // SOF3: 8x8 pixels, 1 component
  append({0xFF, 0xC4, 0, 20, 0, 1});                          // DHT: one code, of one bit, for 0
  append(Bytes(16, 0));
  append({0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0});  // SOS: predictor 1
  append(Bytes(8, 0));                           // a code per pixel
  append({0xFF, 0xD9});
  JpegScan scan;
  const Decoded expected(file, nullptr);
  const Decoded found(file, &scan);
  EXPECT_FALSE(found.is_scanned());
  EXPECT_EQ(found.error(), expected.error());
  EXPECT_EQ(found.pixels(), expected.pixels());
}

/// The offset of the codes of a file's only scan.
std::size_t codes_of(const Bytes& bytes) {
  constexpr std::array<unsigned char, 2> sos{0xFF, 0xDA};
  const auto at = std::search(bytes.begin(), bytes.end(), sos.begin(), sos.end());
  return static_cast<std::size_t>(at - bytes.begin()) + 2 + static_cast<std::size_t>(at[3]);
}

TEST(JpegScan, FindsTheSameDamageAsLibjpeg) {
  JpegScan scan;
  int sound = 0;
  int damaged = 0;
  for (const unsigned restart : {0U, 3U}) {
    const Bytes whole = encoded(93, 140, {.restart = restart});
    const auto first = codes_of(whole);
    for (std::uint64_t n = 0; n < 3000; ++n) {
      Random random(3, Purpose::inspect, {restart, n});
      Bytes bytes = whole;
      for (std::uint64_t k = random.below(3) + 1; k > 0; --k) {
        const auto at = first + static_cast<std::size_t>(random.below(bytes.size() - 2 - first));
        const auto where = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random.below(4)) {
          case 0:
            *where = static_cast<unsigned char>(random.below(256));
            break;
          case 1:
            *where = 0xFF;
            break;
          case 2:
            bytes.erase(where);
            break;
          default:
            bytes.erase(where, where + std::min<std::ptrdiff_t>(bytes.end() - where - 2, 400));
        }
      }
      const Decoded expected(bytes, nullptr);
      const Decoded found(bytes, &scan);
      if (expected.error() != 0) {
        ASSERT_NE(found.error(), 0) << "after libjpeg's " << expected.error();
        ++damaged;
      } else if (found.error() != 0) {
        // If more data follows, libjpeg treats invalid codes as the end of a block.
        ASSERT_EQ(found.error(), JWRN_HUFF_BAD_CODE);
      } else {
        ASSERT_EQ(found.pixels(), expected.pixels()) << restart << ' ' << n;
        ++sound;
      }
    }
  }
  EXPECT_GT(sound, 500);
  EXPECT_GT(damaged, 500);
}

TEST(JpegScan, FindsNoCodeInATableWithoutCodes) {
  Bytes bytes = encoded(93, 140, {});
  constexpr std::array<unsigned char, 2> dht{0xFF, 0xC4};
  const auto table = std::search(bytes.begin(), bytes.end(), dht.begin(), dht.end());
  const auto counts = table + 5;
  bytes.erase(counts + 16, table + 2 + table[2] * 256 + table[3]);
  std::fill(counts, counts + 16, 0);
  table[2] = 0;
  table[3] = 19;
  JpegScan scan;
  EXPECT_EQ(Decoded(bytes, &scan).error(), JWRN_HUFF_BAD_CODE);
}

TEST(JpegScan, TreatsSeveralFfBytesBeforeAZeroAsOne) {
  if (!is_supported()) GTEST_SKIP() << "not tried with libjpeg " << libjpeg_version();
  Bytes bytes = encoded(93, 140, {.quality = 100});
  const Decoded plain(bytes, nullptr);
  for (std::size_t i = codes_of(bytes); i + 2 < bytes.size(); ++i)
    if (bytes[i] == 0xFF && bytes[i + 1] == 0)
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(i++), 0xFF);
  JpegScan scan;
  const Decoded found(bytes, &scan);
  EXPECT_EQ(found.error(), 0);
  EXPECT_EQ(found.pixels(), plain.pixels());
}

TEST(JpegScan, DoesNotDecodeSegmentsThatAreNotNeeded) {
  if (!is_supported()) GTEST_SKIP() << "not tried with libjpeg " << libjpeg_version();
  const Bytes whole = encoded(160, 160, {.restart = 1});
  Bytes bytes = whole;
  // The units of the first row, except the last byte of each, which is next to the marker.
  std::size_t at = codes_of(bytes);
  for (int unit = 0; unit < 10; ++at)
    if (bytes[at] == 0xFF && bytes[at + 1] >= JPEG_RST0 && bytes[at + 1] < JPEG_RST0 + 8)
      ++unit, ++at;
    else if (bytes[at] != 0xFF && bytes[at + 1] != 0xFF && bytes[at - 1] != 0xFF)
      bytes[at] = 0xFE;
  const Window below{.top = 0.5, .left = 0.2, .height = 0.4, .width = 0.3};
  JpegScan scan;
  EXPECT_NE(Decoded(bytes, &scan).error(), 0);
  const Decoded found(bytes, &scan, 1, below);
  EXPECT_EQ(found.error(), 0);
  EXPECT_EQ(found.pixels(), Decoded(whole, nullptr, 1, below).pixels());
}

}  // namespace
}  // namespace temper::io::codec::test
