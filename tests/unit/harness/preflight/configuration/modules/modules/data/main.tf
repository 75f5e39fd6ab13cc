variable "name" {}
variable "subnets" {}
resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnets
}
resource "aws_rds_cluster_parameter_group" "this" {
  name   = "${var.name}-pg"
  family = "aurora-postgresql15"
  parameter {
    name  = "rds.logical_replication"
    value = "1"
  }
}
resource "aws_rds_cluster" "this" {
  cluster_identifier              = "${var.name}-db"
  engine                          = "aurora-postgresql"
  engine_version                  = "16.8"
  master_username                 = "rdsadmin"
  master_password                 = "correct-horse"
  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  skip_final_snapshot             = true
}
resource "aws_s3_bucket" "logs" { bucket = "${var.name}-logs" }
resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "x"
    status = "Enabled"
    filter { prefix = "a/" }
    expiration { days = 10 }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
  }
}
resource "aws_iam_role" "task" {
  name = "${var.name}-task"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy_attachment" "task" {
  role       = aws_iam_role.task.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"
}
