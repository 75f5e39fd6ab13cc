terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "x"
  secret_key                  = "y"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
variable "name" { default = "shop" }
resource "aws_vpc" "main" {
  cidr_block = "10.1.0.0/16"
}
resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = "eu-west-1${element(["a", "b"], count.index)}"
}
module "service" {
  source  = "./modules/service"
  name    = var.name
  subnets = aws_subnet.private[*].id
  vpc_id  = aws_vpc.main.id
  cpu     = 300
}
module "data" {
  source  = "./modules/data"
  name    = var.name
  subnets = aws_subnet.private[*].id
}
