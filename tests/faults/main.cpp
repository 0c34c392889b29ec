#include <gtest/gtest.h>

#include <string>

#include "tests/faults/process.h"

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--serve")
    return temper::faults::serve(std::stoi(argv[2]));
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
