#!/usr/bin/env bash
# A job that trains on a node of a SLURM cluster, into the store that the app shows. From the project's folder:
#
#   sbatch deploy/slurm.sh                                       trains what is queued, until nothing is left
#   sbatch --array=1-4 deploy/slurm.sh                           the same with four workers
#   sbatch deploy/slurm.sh train --dataset mnist --beta 4        trains one run
#   sbatch deploy/slurm.sh train --resume RUN                    goes on with one that the time limit paused
#
#SBATCH --job-name=betascope
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
#SBATCH --time=08:00:00
#SBATCH --output=betascope-%j.log
# Two minutes before the time limit a run is saved and paused.
#SBATCH --signal=TERM@120
set -euo pipefail
: "${VAE_STORE_DIR:?must be the store, a folder that this node and the app share}"
cd "${SLURM_SUBMIT_DIR:-.}"
if [ $# = 0 ]; then
    set -- work --device auto
fi
exec srun "${PYTHON:-.venv/bin/python}" -m vae_core "$@"
