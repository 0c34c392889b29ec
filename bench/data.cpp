// Measures the data path from images to batches; driven by bench/data.py, which compares.
//
//   bench_data PICTURES [PACKED]
//
// For each line "WHAT THREADS" on standard input it prints images per second, processor seconds per
// image, and the number of images. WHAT is one of
//
//   exact, fast   the photographs: random resized crop to 224 x 224, flip, normalized, in batches
//   packed        the same from packed shards, exact
//   small         10,000 images of 32 x 32 pixels: padded crop, flip, normalized
//   shifted       JPEG files of 224 x 224 pixels of the photographs, in memory: flip, a shift of up
//                 to 28 pixels, normalized: FixMatch's weak view
//   exact+POLICY, shifted+POLICY ...   the same with a policy of chains.h before the normalization
//   two_exact+POLICY ...   two views of every image, the second one with the policy
//   jpeg_full, jpeg_crop, jpeg_half   libjpeg-turbo alone, from memory: whole photographs, the same
//                 crops as `exact`, and these at half resolution where they remain large enough
//
// For a line "prove WHAT THREADS" it makes the batches of one epoch and prints as JSON what they
// are: the number of images, their size and format, mean and standard deviation of the normalized
// values, and the policy.
#include <ATen/core/Tensor.h>

#include <chrono>
#include <cmath>
#include <cstdio>  // jpeglib.h needs it before itself
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <jpeglib.h>

#include "chains.h"
#include "temper/augment/operations/random_resized_crop.h"
#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/loader/loader.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/file_source.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/source.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/image/encode_jpeg.h"
#include "temper/io/image/picture.h"

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
  contents.labels.assign(10'000, 0);
  Random random(1, Purpose::inspect);
  std::vector<std::uint8_t> noise(1 << 16);
  for (auto& sample : noise) sample = static_cast<std::uint8_t>(random.below(256));
  contents.pixels.resize(contents.labels.size() * 32 * 32 * 3);
  for (std::size_t i = 0; i < contents.pixels.size(); ++i)
    contents.pixels[i] = noise[(i * 31) % noise.size()];
  return std::make_shared<data::ArraySource>(std::move(contents));
}

/// JPEG files in memory: the centers of the photographs at 224 x 224 pixels.
class SquareJpegs final : public data::Source {
 public:
  explicit SquareJpegs(const data::Source& photographs) {
    const augment::Pipeline center(augment::evaluation_operations(false),
                                   augment::imagenet_normalisation(3), {kSide, kSide});
    augment::Frame frame;
    io::Picture picture;
    for (std::int64_t i = 0; i < photographs.size(); ++i) {
      photographs.read(i, picture);
      files_.push_back(io::encode_jpeg(center.pixels(picture, {}, frame)));
    }
  }
  [[nodiscard]] std::int64_t size() const override { return std::ssize(files_); }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t /*i*/) const override { return 0; }
  [[nodiscard]] int channels() const override { return 3; }
  void read(std::int64_t i, io::Picture& into) const override {
    into.encoded(files_[static_cast<std::size_t>(i)], where(i), {.channels = channels()});
  }
  [[nodiscard]] std::string where(std::int64_t i) const override {
    return "photograph " + std::to_string(i);
  }
  [[nodiscard]] std::string digest() const override { return "square photographs"; }

 private:
  std::vector<std::vector<std::byte>> files_;
  std::vector<std::string> classes_{"all"};
};

/// "two_exact+augmix".
struct What {
  explicit What(std::string what) {
    if (const auto plus = what.find('+'); plus != std::string::npos) {
      policy = what.substr(plus + 1);
      what.resize(plus);
    }
    if (what.starts_with("two_")) {
      views = 2;
      what.erase(0, 4);
    }
    source = what;
  }

  std::string source;
  std::string policy;  ///< empty: none
  std::size_t views = 1;
};

/// What the batches of an epoch were.
class Observed {
 public:
  void operator()(const at::Tensor& images) {
    size_ = {images.size(2), images.size(3)};
    channels_ = images.size(1);
    format_ = images.scalar_type() == at::kFloat ? "float32" : c10::toString(images.scalar_type());
    images_ += images.size(0);
    sum_ += images.sum(at::kDouble).item<double>();
    squares_ += images.square().sum(at::kDouble).item<double>();
  }

  [[nodiscard]] nlohmann::ordered_json json() const {
    const auto values = static_cast<double>(images_ * channels_ * size_.height * size_.width);
    const double mean = sum_ / values;
    return {{"images", images_},
            {"height", size_.height},
            {"width", size_.width},
            {"channels", channels_},
            {"format", format_},
            {"mean", mean},
            {"deviation", std::sqrt(squares_ / values - mean * mean)}};
  }

  [[nodiscard]] augment::Size size() const { return size_; }

 private:
  std::int64_t images_ = 0;
  std::int64_t channels_ = 0;
  augment::Size size_;
  std::string format_;
  double sum_ = 0;
  double squares_ = 0;
};

/// A loader that is reused for all measurements, as in training.
class Epochs {
 public:
  /// @param what     a source, with a policy or without
  /// @param threads  including the one that takes the batches
  Epochs(const std::shared_ptr<const data::Source>& source, const std::string& what,
         std::int64_t threads)
      : images_(source->size()), loader_(source, options(what, threads)) {}

  /// Runs one more epoch.
  /// @param observed  may be null
  std::int64_t operator()(Observed* observed = nullptr) {
    loader_.start(epoch_++);
    while (const auto* const batch = loader_.next())
      if (observed != nullptr) (*observed)(batch->views.front());
    return images_;
  }

 private:
  static data::LoaderOptions options(const std::string& what, std::int64_t threads) {
    data::LoaderOptions options{.normalisation = augment::imagenet_normalisation(3),
                                .batch = 64,
                                .drop_last = false,
                                .threads = threads - 1};
    const auto [source, policy, views] = What(what);
    std::vector<augment::Operation> operations{augment::RandomResizedCrop{}, augment::Flip{}};
    options.size = {kSide, kSide};
    if (source == "small") {
      operations = {augment::PadCrop{}, augment::Flip{}};
      options.size = {32, 32};
    } else if (source == "shifted") {
      operations = {augment::Flip{}, augment::PadCrop{.padding = kSide / 8,
                                                      .padding_mode = augment::Border::reflect}};
    }
    options.views.assign(views, operations);
    if (!policy.empty()) options.views.back().push_back(bench::policy_of(policy).operation);
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

/// All measurements, each of which goes on where it stopped.
class Bench {
 public:
  Bench(const std::filesystem::path& pictures, const char* packed)
      : sources_{{"exact", photographs(pictures, io::Decode::exact)},
                 {"fast", photographs(pictures, io::Decode::fast)},
                 {"small", small_pictures()}},
        jpeg_(pictures) {
    sources_["shifted"] = std::make_shared<SquareJpegs>(*sources_["exact"]);
    if (packed != nullptr) sources_["packed"] = data::open(packed, {.memory = 0}).train;
  }

  /// An epoch's worth of images.
  std::int64_t work(const std::string& what, std::int64_t threads) {
    if (what == "jpeg_full") return jpeg_.decode_all(false, false);
    if (what == "jpeg_crop") return jpeg_.decode_all(true, false);
    if (what == "jpeg_half") return jpeg_.decode_all(true, true);
    auto& epochs = epochs_[{what, threads}];
    if (!epochs) epochs = made(what, threads);
    return (*epochs)();
  }

  [[nodiscard]] nlohmann::ordered_json prove(const std::string& what, std::int64_t threads) const {
    Observed observed;
    (*made(what, threads))(&observed);
    auto proof = observed.json();
    const auto policy = What(what).policy;
    if (!policy.empty())
      proof["policy"] = bench::description(bench::policy_of(policy), observed.size());
    return proof;
  }

 private:
  [[nodiscard]] std::unique_ptr<Epochs> made(const std::string& what, std::int64_t threads) const {
    const auto source = sources_.find(What(what).source);
    if (source == sources_.end()) throw Error(Code::usage, "unknown measurement '" + what + "'");
    return std::make_unique<Epochs>(source->second, what, threads);
  }

  std::map<std::string, std::shared_ptr<const data::Source>> sources_;
  std::map<std::pair<std::string, std::int64_t>, std::unique_ptr<Epochs>> epochs_;
  Jpeg jpeg_;
};

/// Whole epochs, until enough time has passed to measure it.
std::string measured(Bench& bench, const std::string& what, std::int64_t threads) {
  constexpr double kLeastSeconds = 0.2;
  const auto begin = std::chrono::steady_clock::now();
  const double before = processor_seconds();
  std::int64_t images = 0;
  std::chrono::duration<double> seconds{};
  do {
    images += bench.work(what, threads);
    seconds = std::chrono::steady_clock::now() - begin;
  } while (seconds.count() < kLeastSeconds);
  const double busy = processor_seconds() - before;
  const auto count = static_cast<double>(images);
  std::ostringstream answer;
  answer << count / seconds.count() << ' ' << busy / count << ' ' << images;
  return answer.str();
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 2) throw Error(Code::usage, "bench_data PICTURES [PACKED]");
  Bench bench(arguments[1], count > 2 ? arguments[2] : nullptr);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string what;
    std::int64_t threads = 1;
    words >> what;
    const bool prove = what == "prove";
    if (prove) words >> what;
    words >> threads;
    std::cout << (prove ? bench.prove(what, threads).dump() : measured(bench, what, threads))
              << '\n'
              << std::flush;
  }
} catch (const std::exception& error) {
  std::cerr << "bench_data: " << error.what() << '\n';
  return 1;
}
