// Measures the data path from images to batches; driven by bench/data.py, which compares.
//
//   bench_data PICTURES [PACKED]
//
// For each line "WHAT THREADS" on standard input it prints images per second, processor seconds per
// image, and the number of images. WHAT is one of
//
//   exact, fast   the photographs: random resized crop to 224 x 224, flip, normalized, in batches
//   packed        the same from packed shards, exact
//   small         60,000 images of 32 x 32 pixels: padded crop, flip, normalized
//   jpeg_full, jpeg_crop, jpeg_half   libjpeg-turbo alone, from memory: whole photographs, the same
//                 crops as `exact`, and these at half resolution where they remain large enough
#include <chrono>
#include <cstdio>  // jpeglib.h needs it before itself
#include <ctime>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "temper/augment/operations/random_resized_crop.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/loader/loader.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/file_source.h"
#include "temper/data/sources/open.h"
#include "temper/io/disk/read_file.h"

namespace {

using namespace temper;

constexpr std::int64_t kSide = 224;

std::vector<data::FileSource::File> files_in(const std::filesystem::path& folder) {
  std::vector<data::FileSource::File> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto ending = entry.path().extension();
    if (ending == ".JPEG" || ending == ".jpg" || ending == ".jpeg")
      files.push_back({.path = entry.path(), .name = entry.path().filename(), .label = 0});
  }
  if (files.empty()) throw Error(Code::data, folder.string() + ": no JPEG files");
  return files;
}

std::shared_ptr<const data::Source> photographs(const std::filesystem::path& folder,
                                                io::Decode decode) {
  return std::make_shared<data::FileSource>(files_in(folder), std::vector<std::string>{"all"},
                                            data::FileOptions{.memory = 0, .decode = decode});
}

std::shared_ptr<const data::Source> small_pictures() {
  data::ArraySource::Contents contents{
      .name = "noise", .classes = {"all"}, .height = 32, .width = 32, .channels = 3};
  contents.labels.assign(60'000, 0);
  Random random(1, Purpose::inspect);
  std::vector<std::uint8_t> noise(1 << 16);
  for (auto& sample : noise) sample = static_cast<std::uint8_t>(random.below(256));
  contents.pixels.resize(contents.labels.size() * 32 * 32 * 3);
  for (std::size_t i = 0; i < contents.pixels.size(); ++i)
    contents.pixels[i] = noise[(i * 31) % noise.size()];
  return std::make_shared<data::ArraySource>(std::move(contents));
}

/// A loader that is reused for all measurements, as in training.
class Epochs {
 public:
  /// @param threads  including the one that takes the batches
  Epochs(const std::shared_ptr<const data::Source>& source, bool small, std::int64_t threads)
      : images_(source->size()), loader_(source, options(small, threads)) {}

  /// Runs one more epoch.
  std::int64_t operator()() {
    loader_.start(epoch_++);
    while (loader_.next() != nullptr) {
    }
    return images_;
  }

 private:
  static data::LoaderOptions options(bool small, std::int64_t threads) {
    data::LoaderOptions options{.normalisation = augment::imagenet_normalisation(3),
                                .batch = 64,
                                .drop_last = false,
                                .threads = threads - 1};
    if (small) {
      options.views = {{augment::PadCrop{}, augment::Flip{}}};
      options.size = {32, 32};
    } else {
      options.views = {{augment::RandomResizedCrop{}, augment::Flip{}}};
      options.size = {kSide, kSide};
    }
    return options;
  }

  std::int64_t images_;
  data::Loader loader_;
  std::int64_t epoch_ = 0;
};

/// Decodes with libjpeg-turbo alone.
class Jpeg {
 public:
  explicit Jpeg(const std::filesystem::path& folder) {
    for (const auto& file : files_in(folder)) files_.push_back(io::read_file(file.path, 1U << 30U));
  }

  std::int64_t decode_all(bool crop, bool half) {
    for (std::size_t i = 0; i < files_.size(); ++i) decode(i, crop, half);
    ++epoch_;
    return std::ssize(files_);
  }

 private:
  void decode(std::size_t i, bool crop, bool half) {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(files_[i].data()), files_[i].size());
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_RGB;
    augment::Box box{0, 0, jpeg.image_height, jpeg.image_width};
    if (crop) {
      // The crops of the loader's pipeline.
      Random random(1, Purpose::augment, {epoch_, i, 0, 0, coordinate("random_resized_crop.0")});
      box = crop_box(augment::RandomResizedCrop{}, box.size(), random);
    }
    if (half && box.height >= 2 * kSide && box.width >= 2 * kSide) {
      jpeg.scale_denom = 2;
      box = {box.top / 2, box.left / 2, box.height / 2, box.width / 2};
    }
    jpeg_start_decompress(&jpeg);
    auto left = static_cast<JDIMENSION>(box.left);
    auto width = static_cast<JDIMENSION>(box.width);
    if (crop) jpeg_crop_scanline(&jpeg, &left, &width);
    row_.resize(std::size_t{3} * jpeg.output_width);
    if (box.top > 0) jpeg_skip_scanlines(&jpeg, static_cast<JDIMENSION>(box.top));
    JSAMPROW row = row_.data();
    for (std::int64_t y = 0; y < box.height; ++y) jpeg_read_scanlines(&jpeg, &row, 1);
    jpeg_destroy_decompress(&jpeg);
  }

  std::vector<std::vector<std::byte>> files_;
  std::vector<std::uint8_t> row_;
  std::uint64_t epoch_ = 0;  ///< the epoch whose crops are decoded
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 2) throw Error(Code::usage, "bench_data PICTURES [PACKED]");
  const std::filesystem::path pictures = arguments[1];
  std::map<std::string, std::shared_ptr<const data::Source>> sources{
      {"exact", photographs(pictures, io::Decode::exact)},
      {"fast", photographs(pictures, io::Decode::fast)},
      {"small", small_pictures()}};
  if (count > 2) sources["packed"] = data::open(arguments[2], {.memory = 0}).train;
  std::map<std::string, std::unique_ptr<Epochs>> loaders;
  Jpeg jpeg(pictures);

  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string what;
    std::int64_t threads = 1;
    words >> what >> threads;
    std::function<std::int64_t()> work;
    if (const auto source = sources.find(what); source != sources.end()) {
      auto& epochs = loaders[line];
      if (!epochs) epochs = std::make_unique<Epochs>(source->second, what == "small", threads);
      work = [&epochs] { return (*epochs)(); };
    }
    if (what == "jpeg_full") work = [&] { return jpeg.decode_all(false, false); };
    if (what == "jpeg_crop") work = [&] { return jpeg.decode_all(true, false); };
    if (what == "jpeg_half") work = [&] { return jpeg.decode_all(true, true); };
    if (!work) throw Error(Code::usage, "unknown measurement '" + line + "'");
    const auto begin = std::chrono::steady_clock::now();
    const double before = processor_seconds();
    const std::int64_t images = work();
    const double busy = processor_seconds() - before;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::cout << static_cast<double>(images) / seconds.count() << ' '
              << busy / static_cast<double>(images) << ' ' << images << '\n'
              << std::flush;
  }
} catch (const std::exception& error) {
  std::cerr << "bench_data: " << error.what() << '\n';
  return 1;
}
