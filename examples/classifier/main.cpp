// Classifies picture files with a finished run: classifier RUN IMAGE...
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>

#include "classifier.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: classifier RUN IMAGE...\n");
    return 2;
  }
  try {
    Classifier classifier(argv[1]);
    std::printf("%zu classes\n", classifier.classes().size());
    for (int i = 2; i < argc; ++i) {
      const auto best = classifier.file(argv[i]).front();
      std::printf("%s: %s %.1f%%\n", argv[i], best.name.c_str(), 100 * best.probability);
    }
    // A camera would give such pixels.
    const std::array<std::uint8_t, 12> red{255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0};
    const auto best = classifier.pixels(red.data(), 2, 2, 3).front();
    std::printf("red: %s %.1f%%\n", best.name.c_str(), 100 * best.probability);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "classifier: %s\n", error.what());
    return 1;
  }
}
