#include <gtest/gtest.h>

#include <string>

#include "temper/study/engine/run_trial.h"
#include "tests/faults/process.h"
#include "tests/faults/task.h"

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--serve")
    return temper::faults::serve(std::stoi(argv[2]));
  if (argc == 3 && std::string(argv[1]) == temper::study::kTrialCommand)
    return temper::faults::work_on_trial(argv[2]);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
