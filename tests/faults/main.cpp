#include <gtest/gtest.h>

#include <string_view>

#include "tests/faults/task.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--worker") return temper::faults::work(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
