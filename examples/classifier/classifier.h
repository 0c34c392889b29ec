#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// A trained run that classifies pictures, without test-time augmentation. The header needs neither
/// temper nor LibTorch.
class Classifier {
 public:
  struct Answer {
    std::string name;        ///< of a class
    double probability = 0;  ///< at the temperature of these weights, if one was fitted
  };

  /// Throws temper::Error, which is a std::runtime_error, for a folder without a finished run and
  /// for a run with regression targets.
  explicit Classifier(const std::string& run);
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;

  /// The classes, in the order of the network's outputs.
  [[nodiscard]] const std::vector<std::string>& classes() const;

  /// All classes, the most probable first, of a PNG, JPEG or WebP file. Throws temper::Error for a
  /// file that can't be read.
  std::vector<Answer> file(const std::string& path);

  /// The same of pixels: rows from top to bottom, channels interleaved, height * width * channels
  /// bytes.
  /// @param channels  1 (gray) or 3 (RGB); converted where the network takes the other
  std::vector<Answer> pixels(const std::uint8_t* values, int height, int width, int channels);

 private:
  struct Loaded;
  std::unique_ptr<Loaded> loaded_;
};
